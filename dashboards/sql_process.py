"""The process behind the console: reads an order, answers Arrow. It imports nothing of ours."""

import json
import resource
import sys
from io import BytesIO
from typing import Any

ADDRESS_BYTES = 6 * 1024**3
MEMORY = "1GB"


def limit(seconds: int) -> None:
    """Little processor time, little address space, no new files, no core."""
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_AS, (ADDRESS_BYTES, ADDRESS_BYTES))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def answer(order: dict[str, Any]) -> bytes:
    """The rows of one query, one more than asked for if there are more, as an Arrow file."""
    import duckdb
    import pyarrow as pa

    settings: dict[str, str | bool | int | float | list[str]] = {
        "enable_external_access": "false",
        "memory_limit": MEMORY,
        "threads": "2",
        "temp_directory": "",
    }
    connection = duckdb.connect(order["file"], read_only=True, config=settings)
    connection.execute("set search_path = 'marts,reports,meta'")
    connection.execute("set lock_configuration = true")
    statements = connection.extract_statements(order["sql"])
    if len(statements) != 1:
        raise ValueError("one query at a time")
    if str(statements[0].type).split(".")[-1] not in ("SELECT", "SELECT_STATEMENT", "EXPLAIN", "EXPLAIN_STATEMENT"):
        raise ValueError("only SELECT is answered here")
    relation = connection.execute(statements[0])
    reader = relation.to_arrow_reader(1000)
    assert reader is not None
    batches, found = [], 0
    for batch in reader:
        batches.append(batch.slice(0, order["rows"] + 1 - found))
        found += batches[-1].num_rows
        if found > order["rows"]:
            break
    rows = pa.Table.from_batches(batches, schema=reader.schema)
    target = BytesIO()
    with pa.ipc.new_file(target, rows.schema) as writer:
        writer.write_table(rows)
    return target.getvalue()


def main() -> int:
    order = json.loads(sys.stdin.buffer.read())
    limit(order["seconds"])
    try:
        sys.stdout.buffer.write(answer(order))
    except MemoryError:
        print("the query needed too much memory", file=sys.stderr)
        return 1
    except Exception as failure:
        print(str(failure), file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
