-- The staff of every standing list, one row per closing date and member (the last line of a repeated number). Numbers are hashes.
with landed as (
    {{ landed_rows('vocational_training', 'staff', ['ma_cs_gdnn', 'ma_nv'], {
        'nhom': 'varchar', 'ngay_vao': 'date', 'ngay_nghi': 'date', 'loai_hop_dong': 'varchar',
    }) }}
),

final as (
    select
        part,
        window_end as as_at,
        ma_cs_gdnn as institution_code,
        ma_nv as staff_hash,
        ngay_vao as joined_date,
        ngay_nghi as left_date,
        delivery_id,
        row_number
    from landed
    -- A correction may tell that a member is a contractor after all.
    where is_read and coalesce(loai_hop_dong, '') <> 'khoan'
    qualify row_number() over (partition by part, window_end, ma_cs_gdnn, ma_nv order by delivery_id desc, row_number desc) = 1
)

select * from final
