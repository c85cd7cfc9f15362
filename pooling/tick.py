"""What time makes due in pools.

Each step may run in any number of processes at once, and running it again changes nothing.
"""

from pooling.actions.approval_letters import send_approval_letters
from pooling.actions.approvals import remind_approvers
from pooling.actions.asking_more import expire_requests_for_more
from pooling.actions.attendee_letters import remind_attendees, send_attendee_letters
from pooling.actions.attendees import forget_workshop_attendees
from pooling.actions.backing import declare_short_pools
from pooling.actions.disputes import charge_back_the_rest, follow_disputes, look_behind_refused_refunds
from pooling.actions.dropping import give_up_overdue_charges, remind_of_mending
from pooling.actions.method_looks import look_at_methods
from pooling.actions.methods import release_unused_methods
from pooling.actions.notices import handle_waiting_events, look_at_setup_pages
from pooling.actions.outside_refunds import settle_refused_refunds
from pooling.actions.pledges import expire_overdue_pledges
from pooling.actions.pools import end_overdue_pledging
from pooling.actions.reconciling import compare_books_at_night, replay_undelivered_notices
from pooling.actions.refunds import send_due_refunds
from pooling.actions.seat_letters import send_seat_letters
from pooling.actions.seats import forget_seat_addresses
from pooling.actions.settlement import collect_due_charges, follow_up_attempts
from pooling.actions.transfer_letters import send_transfer_letters
from pooling.actions.transfers import expire_transfers
from pooling.actions.waiting import end_overdue_lists, expire_overdue_offers, make_offers

STEPS = (
    replay_undelivered_notices,
    handle_waiting_events,
    look_at_setup_pages,  # before holds expire: a method that is there already makes the pledge stand
    expire_overdue_pledges,
    expire_requests_for_more,
    expire_overdue_offers,
    expire_transfers,
    remind_approvers,  # after expiry: whose time is over is not reminded
    send_approval_letters,
    send_transfer_letters,
    send_seat_letters,
    forget_seat_addresses,
    remind_attendees,
    send_attendee_letters,
    forget_workshop_attendees,
    end_overdue_pledging,
    collect_due_charges,
    follow_up_attempts,
    give_up_overdue_charges,  # after that: a payment that has arrived is not given up
    end_overdue_lists,
    make_offers,  # of all that the steps before have freed
    remind_of_mending,
    declare_short_pools,  # once what could be paid is paid or given up
    follow_disputes,  # before refunds: nothing of a payment that is disputed is sent back
    send_due_refunds,
    look_behind_refused_refunds,
    charge_back_the_rest,
    settle_refused_refunds,  # after that: it finds those that were made in the provider's dashboard
    release_unused_methods,
    look_at_methods,
    compare_books_at_night,  # at the end: what is due has been asked about before
)
