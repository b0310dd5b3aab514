-- The rows of every standing inventory: one list of systems per closing date, with the hosting its words mean (null: no declared words).
with listed as (
    select
        *,
        regexp_replace({{ plain_text("coalesce(noi_cai_dat, '')") }}, '^(cai dat|dat|luu tru|luu|van hanh) (tai|tren) |\.$', '', 'g') as hosting_text
    from {{ ref('base_cloud_inventory__systems') }}
    where is_read and unit_code is not null
),

final as (
    select
        listed.part,
        listed.window_end as as_at,
        listed.unit_code,
        listed.unit_level,
        listed.lister_unit_code,
        {{ plain_text('listed.ten_he_thong') }} as system_name,
        listed.loai as system_kind,
        listed.pham_vi = 'tinh' as is_provincial,
        listed.trang_thai = 'dang_dung' as is_in_use,
        words.hosting,
        cast(coalesce(
            try_strptime(listed.ngay_chuyen, '%d/%m/%Y'), try_strptime(listed.ngay_chuyen, '%Y-%m-%d %H:%M:%S'),
            try_strptime('01/' || listed.ngay_chuyen, '%d/%m/%Y')
        ) as date) as moved_date,
        listed.delivery_id,
        listed.row_number
    from listed
    left join {{ ref('stg_cloud_inventory__hosting_words') }} as words on listed.hosting_text = words.plain_text
)

select * from final
