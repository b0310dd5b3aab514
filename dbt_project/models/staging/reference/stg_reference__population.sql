-- People and households by commune and age of every standing list, one row per reference date, commune and age group.
with final as (
    select
        ngay_thong_ke as reference_date,
        unit_code,
        nhom_tuoi as age_group,
        coalesce(so_nguoi, 0) as person_count,
        coalesce(so_ho, 0) as household_count,
        delivery_id,
        row_number,
        generation.codes_from
    from {{ ref('base_reference__population') }}
    {{ generation_on('generation', 'ngay_thong_ke') }}
    where is_read and unit_code is not null
    qualify row_number() over (
            partition by ngay_thong_ke, unit_code, nhom_tuoi
            order by received_at desc, delivery_id desc, row_number desc
        ) = 1
)

select * from final
