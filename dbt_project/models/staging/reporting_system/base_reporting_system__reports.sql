-- Every accepted row of the quarterly summaries, corrected, with the unit it names (null: rejected) and the month it belongs to:
-- the last month of the period it names; for ad hoc reports, and those that name no period, the month whose 15th-to-14th holds the deadline.
with landed as (
    {{ landed_rows('reporting_system', 'reports', ['ma_che_do', 'ten_bao_cao', 'ky_bao_cao', 'ma_dinh_danh', 'don_vi_bao_cao', 'han_gui'], {
        'loai_bao_cao': 'varchar', 'ngay_gui': 'date', 'phuong_thuc': 'varchar', 'trang_thai': 'varchar',
    }) }}
),

-- An ad hoc report has a deadline, whatever stands under its period; a span of years ("giai đoạn") names no month.
told as (
    select
        landed.*,
        case
            when loai_bao_cao <> 'dot_xuat' and not starts_with({{ plain_text("ky_bao_cao") }}, 'giai doan') then {{ plain_text("ky_bao_cao") }}
        end as period_text
    from landed
),

pieces as (
    select
        *,
        -- "Từ ngày 15/5/2022 đến ngày 14/6/2022": the month of the last date, and as long as a month.
        cast(try_strptime(list_extract(regexp_extract_all(period_text, '[0-9]{1,2}/[0-9]{1,2}/[0-9]{4}'), 1), '%d/%m/%Y') as date) as first_date,
        cast(try_strptime(list_extract(regexp_extract_all(period_text, '[0-9]{1,2}/[0-9]{1,2}/[0-9]{4}'), 2), '%d/%m/%Y') as date) as last_date,
        regexp_extract(period_text, '(?:^|[^0-9])([0-9]{1,2}) ?thang', 1) as first_months,
        regexp_extract(period_text, '(?:^| )(?:thang|t) ?([0-9]{1,2})(?:[^0-9]|$)', 1) as named_month,
        regexp_extract(period_text, '(?:^| )(?:quy|q) ?([0-9]+|[ivx]+)(?:[^a-z0-9]|$)', 1) as named_quarter,
        regexp_matches(period_text, '(^| )nam( |$)') or regexp_full_match(period_text, '20[0-9]{2}') as names_a_year,
        try_cast(list_extract(regexp_extract_all(period_text, '20[0-9]{2}'), -1) as bigint) as named_year
    from told
),

kinds as (
    select
        *,
        case
            when last_date - first_date between 27 and 31 then 'thang'
            when last_date - first_date between 88 and 93 then 'quy'
            when last_date - first_date between 180 and 185 then 'luy_ke'
            when last_date - first_date between 363 and 366 then 'nam'
            when last_date is not null then 'khoang'
            when first_months <> '' then 'luy_ke'
            when named_month <> '' then 'thang'
            when named_quarter <> '' then 'quy'
            when names_a_year then 'nam'
        end as named_kind
    from pieces
),

last_months as (
    select
        *,
        case
            when last_date is not null then month(last_date)
            when named_kind = 'nam' or (named_kind = 'luy_ke' and contains(period_text, 'cuoi nam')) then 12
            -- "6 tháng" alone: the half year that ends nearest to the deadline.
            when
                named_kind = 'luy_ke' and first_months in ('6', '06') and named_year is null and not contains(period_text, 'dau nam')
                and month(han_gui) not between 4 and 9
                then 12
            when named_kind = 'luy_ke' then cast(first_months as bigint)
            when named_kind = 'thang' then cast(named_month as bigint)
            when named_kind = 'quy' then 3 * coalesce(try_cast(named_quarter as bigint), list_position(['i', 'ii', 'iii', 'iv'], named_quarter))
        end as last_month,
        coalesce(named_year, year(han_gui)) as year_told
    from kinds
),

-- A deadline lies after its period's end or at most half a year before it: "Tháng 12" due in January is of the year before.
years as (
    select *, year_told - case when named_year is null and last_month - month(han_gui) > 6 then 1 else 0 end as period_year
    from last_months
),

named as (
    select *, case when last_month between 1 and 12 and period_year is not null then make_date(period_year, last_month, 1) end as named_period
    from years
),

dated as (
    select
        *,
        case
            when named_kind is not null then named_period
            when day(han_gui) >= 15 then {{ add_months(month_start('han_gui'), 1) }}
            else {{ month_start('han_gui') }}
        end as period_month
    from named
),

final as (
    select
        dated.delivery_id, dated.row_number, dated.part, dated.received_at, dated.window_start, dated.window_end, dated.is_read,
        dated.ma_che_do, dated.ten_bao_cao, dated.ky_bao_cao, dated.ma_dinh_danh, dated.don_vi_bao_cao, dated.han_gui,
        dated.loai_bao_cao, dated.ngay_gui, dated.phuong_thuc, dated.trang_thai,
        {{ unit_on_dates('resolution', ['dated.period_month']) }},
        coalesce(dated.named_kind, 'han_gui') as period_kind,
        dated.period_month
    from dated
    {{ resolved_unit('resolution', 'reporting_system', 'reports', 'don_vi_bao_cao', code='ma_dinh_danh', name='don_vi_bao_cao', of='dated') }}
)

select * from final
