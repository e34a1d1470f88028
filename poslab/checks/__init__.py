"""The invariants: what must always hold in a history, each a fold; they never know parties or the accused's book."""

from poslab.checks.all_final import AllFinal
from poslab.checks.batches import BatchNamesEverySlip, BatchUploadMovesNothing
from poslab.checks.books_balance import BooksBalance
from poslab.checks.business_date_once import BusinessDateOnce
from poslab.checks.check import Check
from poslab.checks.compatible_ends import CompatibleEnds
from poslab.checks.credit_has_debit import CreditHasDebit
from poslab.checks.disputes_settled import DisputesSettled
from poslab.checks.fees_half_up import FeesHalfUp
from poslab.checks.final_is_final import FinalIsFinal
from poslab.checks.found_in_one_cycle import FoundInOneCycle
from poslab.checks.frozen_direction import FrozenDirection
from poslab.checks.held_is_held import HeldIsHeld
from poslab.checks.hold_pays_nobody import HoldPaysNobody
from poslab.checks.kept_before_effect import KeptBeforeEffect
from poslab.checks.legal_transitions import LegalTransitions
from poslab.checks.macs_verified import MacsVerified
from poslab.checks.merchant_book_agrees import MerchantBookAgrees
from poslab.checks.mirrors_agree import MirrorsAgree
from poslab.checks.money_conserved import MoneyConserved
from poslab.checks.named_places import NamedPlaces
from poslab.checks.no_blind_reversal import NoBlindReversal
from poslab.checks.no_secrets import NoSecrets
from poslab.checks.one_charge_per_attempt import OneChargePerAttempt
from poslab.checks.one_net_effect import OneNetEffect
from poslab.checks.one_payout import OnePayout
from poslab.checks.queue_kept import QueueKept
from poslab.checks.refunds_within_sale import RefundsWithinSale
from poslab.checks.restart_same_state import RestartSameState
from poslab.checks.slip_honesty import SlipHonesty
from poslab.checks.wallets_backed import WalletsBacked
from poslab.checks.write_off_needs_two import WriteOffNeedsTwo

ALL: tuple[type[Check], ...] = (
    BooksBalance,
    MoneyConserved,
    NamedPlaces,
    MirrorsAgree,
    MerchantBookAgrees,
    OneNetEffect,
    OneChargePerAttempt,
    HoldPaysNobody,
    RefundsWithinSale,
    WriteOffNeedsTwo,
    OnePayout,
    CreditHasDebit,
    FeesHalfUp,
    HeldIsHeld,
    DisputesSettled,
    WalletsBacked,
    BatchUploadMovesNothing,
    LegalTransitions,
    FinalIsFinal,
    CompatibleEnds,
    SlipHonesty,
    NoBlindReversal,
    BatchNamesEverySlip,
    FrozenDirection,
    MacsVerified,
    KeptBeforeEffect,
    QueueKept,
    RestartSameState,
    BusinessDateOnce,
    NoSecrets,
    FoundInOneCycle,
    AllFinal,
)
"""Every check, in the order in which results show them: money, states, journal, time, secrets, liveness."""
