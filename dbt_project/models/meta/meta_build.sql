-- One row: this build. is_green and proofs_failed are of the build's own tests and proofs.
select
    builds.build_id,
    builds.built_at,
    builds.as_of,
    builds.source_watermark,
    builds.program_version
from {{ source('raw', '_meta_build') }} as builds
