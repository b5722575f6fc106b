"""The tables that netting fills: requirements, supplies and pegs as rows of int64 columns, so that one row is one
stretch of memory.

Days are day numbers since 1970-01-01; row numbers of -1 mean none.
"""

# A requirement: something an item is needed for.
R_NODE = 0
R_DAY = 1
R_QUANTITY = 2
R_RANK = 3  # dense rank of the priority, 0 first
R_HASH = 4
R_TOP = 5  # number of the sales order line at the top
R_PARENT = 6  # supply whose component it is
R_LEVEL = 7  # 0 for what is needed for itself
R_NEXT = 8  # next requirement of the same node that came from above
R_SIBLING = 9  # next component of the same parent
R_PEG_START = 10
R_PEG_END = 11
R_SOURCE = 12  # demand row
R_WIDTH = 13

# A supply: stock, what is on its way, and what the plan adds.
S_NODE = 0
S_DAY = 1  # day it counts from: existing supplies not before as_of, planned ones the day they are needed
S_QUANTITY = 2
S_KIND = 3
S_HASH = 4
S_TOP = 5
S_RANK = 6
S_LEVEL = 7
S_RELEASE = 8
S_SOURCE = 9  # supply row of the input
S_NEEDED = 10  # existing supplies: first day the balance would fall below its floor without it
S_EXCESS = 11  # quantity that neither a requirement nor the safety stock needs
S_FIRST = 12  # first requirement pegged to it; UNSEEN before its node is planned
S_COMPONENT = 13  # first of its component requirements
S_SHORTAGE = 14
S_REQUIRED = 15  # requirements of the day it is made for
S_STATE = 16
S_DECISION = 17
S_DUE = 18
S_VERSION = 19  # BOM version exploded
S_NEED = 20  # what the lot rule was asked for
S_COVERED = 21  # last day a planned supply is made for
S_WIDTH = 22

STOCK = 0
EXISTING = 1
PLANNED = 2

PROPOSED = 0
CHANGED = 1
SNOOZED = 2
REJECTED = 3
# A decision only: its suggestion is a document now.
APPROVED = 4
STATES = ("proposed", "changed", "snoozed", "rejected")

UNSEEN = -2

# A peg: a quantity of a supply that covers a requirement.
P_REQUIREMENT = 0
P_SUPPLY = 1
P_QUANTITY = 2
P_WIDTH = 3

FOR_SAFETY_STOCK = -1
FOR_NOTHING = -2
UNCOVERED = -1

# Parameters of a node.
N_STOCK = 0
N_SAFETY = 1
N_LEAD = 2
N_POLICY = 3
N_MINIMUM = 4
N_MULTIPLE = 5
N_SUPPLIER_MINIMUM = 6
N_IS_MADE = 7
N_IS_PLANNED = 8  # has a source and is on no cycle
N_HASH = 9  # identity of kind, item and warehouse
N_PERIOD = 10
N_TARGET = 11
N_PART_PERIOD = 12  # micro-unit-days that are worth one order
N_WIDTH = 13

# A planner's decision that still holds.
D_HASH = 0
D_STATE = 1
D_QUANTITY = 2  # 0: as planned
D_DUE = 3  # -1: as planned
D_WIDTH = 4
