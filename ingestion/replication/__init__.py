"""Replication: the rows of the system of record, mirrored into schema `raw` of a warehouse build.

`replicate` brings a build file up to the present; `source_signature` tells cheaply whether that would change anything.
"""

from ingestion.replication.refresh import (
    BuildIsUnusable,
    Replication,
    ReplicationDiffers,
    TableReplication,
    replicate,
    replicate_here,
)
from ingestion.replication.signature import source_signature

__all__ = [
    "BuildIsUnusable",
    "Replication",
    "ReplicationDiffers",
    "TableReplication",
    "replicate",
    "replicate_here",
    "source_signature",
]
