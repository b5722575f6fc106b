select * from {{ source('raw', '_meta_build') }}
