-- The rows of every standing inventory: one list of systems per closing date, with the hosting its words mean (null: no declared words).
-- A text that is not declared means nothing yet: never guessed from a part of it ("chưa lên LS Cloud" holds the words of the cloud).
with words (plain_text, hosting) as (
    values
    ('lang son cloud', 'provincial_cloud'),
    ('langson cloud', 'provincial_cloud'),
    ('ls cloud', 'provincial_cloud'),
    ('lscloud', 'provincial_cloud'),
    ('cloud tinh', 'provincial_cloud'),
    ('cloud lang son', 'provincial_cloud'),
    ('cloud cua tinh', 'provincial_cloud'),
    ('dam may tinh', 'provincial_cloud'),
    ('ttdl tinh may chu vat ly', 'provincial_server'),
    ('ttdl tinh', 'provincial_server'),
    ('may chu vat ly ttdl tinh', 'provincial_server'),
    ('trung tam du lieu tinh', 'provincial_server'),
    ('trung tam thdl tinh', 'provincial_server'),
    ('thue dv vnpt', 'vendor'),
    ('thue dich vu vnpt', 'vendor'),
    ('idc vnpt', 'vendor'),
    ('vnpt idc', 'vendor'),
    ('cloud vnpt', 'vendor'),
    ('vnpt', 'vendor'),
    ('thue dv viettel', 'vendor'),
    ('thue dich vu viettel', 'vendor'),
    ('idc viettel', 'vendor'),
    ('viettel idc', 'vendor'),
    ('cloud viettel', 'vendor'),
    ('viettel', 'vendor'),
    ('tai don vi', 'own_office'),
    ('may chu tai don vi', 'own_office'),
    ('don vi', 'own_office'),
    ('tai cho', 'own_office'),
    ('bo nganh tw', 'ministry'),
    ('bo nganh trung uong', 'ministry'),
    ('may chu cua bo', 'ministry')
),

listed as (
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
    left join words on listed.hosting_text = words.plain_text
)

select * from final
