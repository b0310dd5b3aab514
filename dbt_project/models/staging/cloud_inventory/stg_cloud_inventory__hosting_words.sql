-- The words people write for where a system runs, without accents, and what they mean. A text that is not here means nothing yet: it is
-- counted as unknown hosting, never guessed from a part of it ("chưa lên LS Cloud" holds the words of the cloud).
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

final as (
    select plain_text, hosting
    from words
)

select * from final
