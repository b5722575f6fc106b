"""The tables that netting fills, as rows of int64 columns: what is asked for, and, once a node is planned, its
requirements, supplies and pegs.

Days are day numbers since 1970-01-01; row numbers of -1 mean none. Asked-for rows lie one after the other in memory (a
row is one cache line, they are read in random order), all other tables column by column (they are written and read in
order).
"""

import numpy as np
import numpy.typing as npt

Int64s = npt.NDArray[np.int64]
Table = npt.NDArray[np.int64]  # of two dimensions

# What is asked for: rows [row, column]. The demands first, then components as they come.
A_DAY = 0
A_QUANTITY = 1
A_RANK = 2  # dense rank of the priority, 0 first
A_HASH = 3
A_TOP = 4  # number of the sales order line at the top
A_PARENT = 5  # supply whose component it is
A_LEVEL = 6  # 0 for what is needed for itself
A_HELD = 7  # 1: covered by stock that is reserved for it
A_WIDTH = 8

# A requirement, in the order in which it is served within its node: columns [column, row].
R_NODE = 0
R_DAY = 1  # day it counts from: what is reserved is taken from the first
R_QUANTITY = 2
R_HASH = 3
R_TOP = 4
R_PARENT = 5
R_LEVEL = 6
R_SOURCE = 7  # demand row, -1 for a component of a planned order
R_PEG_START = 8
R_PEG_END = 9
R_NEED = 10  # day it is needed
R_WIDTH = 11

# A supply: what is on its way, stock, and what the plan adds, in this order: columns [column, row].
S_NODE = 0
S_DAY = 1  # day it counts from: existing supplies not before as_of, planned ones the day they are needed
S_QUANTITY = 2
S_KIND = 3
S_HASH = 4
S_TOP = 5
S_RANK = 6
S_LEVEL = 7
S_RELEASE = 8
S_DUE = 9
S_FIRST = 10  # first requirement pegged to it; UNSEEN before its node is planned
S_PEG_START = 11  # its pegs to requirements
S_PEG_END = 12
S_SHORTAGE = 13
S_REQUIRED = 14  # requirements of the day it is made for
S_NEED = 15  # what the lot rule was asked for
S_COVERED = 16  # last day a planned supply is made for
S_STATE = 17
S_DECISION = 18
S_LEAD = 19  # worked days from release to due date
S_FROM = 20  # node that it is moved from, -1 for none; of open transfers too
S_OFFER = 21  # offer that it is bought by where suppliers have shares, -1 for none
S_ALTERNATE = 22  # alternate of the BOM that a planned supply is made by, 0 for none
S_WIDTH = 23
# Of by-products of planned supplies, in place of what only the others have: the next one of the same node, -1 for none,
# and the supply that it comes from.
S_NEXT = S_COVERED
S_OF = S_OFFER

STOCK = 0
EXISTING = 1
PLANNED = 2
BESIDE = 3  # by-product of a planned supply

PROPOSED = 0
CHANGED = 1
SNOOZED = 2
REJECTED = 3
# A decision only: its suggestion is a document now.
APPROVED = 4
STATES = ("proposed", "changed", "snoozed", "rejected")

UNSEEN = -2

# A peg: a quantity of a supply that covers a requirement: columns [column, row].
P_REQUIREMENT = 0
P_SUPPLY = 1
P_QUANTITY = 2
P_WIDTH = 3

FOR_SAFETY_STOCK = -1
FOR_NOTHING = -2
UNCOVERED = -1

# Of an existing supply: columns [column, row].
E_NEEDED = 0  # first day the balance would fall below its floor without it, -1 for never
E_EXCESS = 1  # quantity that neither a requirement nor the safety stock needs
E_WIDTH = 2

# Where a node's rows begin and end: columns [column, node].
B_SUPPLY = 0  # its planned supplies
B_SUPPLY_END = 1
B_REQUIREMENT = 2
B_REQUIREMENT_END = 3
B_SHORT_DAY = 4  # first day something is short that cannot be planned
B_BOM_DAY = 5  # first start on which no bill of material is in force
B_WIDTH = 6

# Parameters of a node: rows [node, column].
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
N_SETUP = 13  # worked days × 10^9, per order
N_RUN = 14  # and per base unit
N_FROM = 15  # node that a route supplies it from, -1 for none
N_MOVE_HASH = 16  # identity of a move to item and warehouse
N_MAXIMUM = 17
N_FROZEN = 18  # first day on which something new may come, 0 for any
N_ECONOMIC = 19  # economic order quantity, where lots are made by it; netting writes it
N_FENCE = 20  # first day on which something new may be released, 0 for any
N_WIDTH = 21

# What a supplier with a share offers to a node: rows [offer, column], by node.
O_SHARE = 0  # in the smallest whole numbers
O_LEAD = 1
O_MINIMUM = 2
O_GIVEN = 3  # on its way and planned so far
O_WIDTH = 4

# A planner's decision that still holds: rows [decision, column].
D_HASH = 0
D_STATE = 1
D_QUANTITY = 2  # 0: as planned
D_DUE = 3  # -1: as planned
D_WIDTH = 4
