-- Each unit of a month with itself, its parent and its grandparent: the tree has no more levels than commune, district, province.
with unit as (
    select * from {{ ref('int_unit_month') }}
),

parent as (
    select
        child.period_start, child.unit_code, child.unit_level, parent.unit_code as ancestor_code, parent.unit_key as ancestor_key,
        parent.parent_unit_code as next_code
    from unit as child
    inner join unit as parent on child.period_start = parent.period_start and child.parent_unit_code = parent.unit_code
),

grandparent as (
    select
        parent.period_start, parent.unit_code, parent.unit_level, grandparent.unit_code as ancestor_code,
        grandparent.unit_key as ancestor_key
    from parent
    inner join unit as grandparent on parent.period_start = grandparent.period_start and parent.next_code = grandparent.unit_code
),

final as (
    select period_start, unit_code, unit_level, unit_code as ancestor_code, unit_key as ancestor_key from unit
    union all
    select period_start, unit_code, unit_level, ancestor_code, ancestor_key from parent
    union all
    select period_start, unit_code, unit_level, ancestor_code, ancestor_key from grandparent
)

select * from final
