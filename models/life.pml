/* life.pml: the life of one transfer, its user, rftd that may die between a save and its orders.
 *
 * Modelled: the table of core/life.h; on_call, on_grant, on_word, on_mover_lost, on_time
 *   (core/decide_*.cc); the outbox (what is saved with a change is sent after it, by this rftd or a
 *   later one); MoveTask with its looks, its two words and its last one (mover/task*.cc); WordQueue;
 *   the spool of a mover whose lease ended.
 * A change and the orders that follow from it are one step, for they are one transaction. To send an
 *   order, to hear a word, to acknowledge it are steps of their own: rftd may die between any two.
 * Abstracted away: bytes, parts and proofs (adopt.pml); movers of older epochs (lease.pml): each
 *   grant has a mover of its own here, which knows its task (UnknownTask is in lease.pml); back-off,
 *   gates and credentials, which only delay; priority.
 * A rename that was ordered is done, or not, at any moment until a later epoch gives the part its own
 *   name: a mover that is to begin does, and one that only looks (fence_and_look_again).
 * Bounds: CALLS calls of the user, one key each; FAULTS faults, then none: what ends, ends then.
 *
 * P1  an assertion that nothing but clear takes a committed record away, and `ends`
 * P6  a final record is moved by commit (of failed and stopped) and clear alone
 * P8  ltl ends: committed or active comes to done, failed, stopped, or is asked to stop
 * P9  ltl stops: stopping comes to an end. P9_truth: what stands under its final name is not stopped
 *
 * Bugs to plant: NO_OUTBOX orders are kept in memory alone. STOP_BEATS_RENAME a stop does not mind
 *   that the rename was ordered. NO_LOOK_TO_STOP nor that its end is unknown. NOBODY_LOOKS no grant
 *   to look for a stopping transfer. LOST_UNTOLD a new rftd is not told whose movers are gone.
 *   STALE_WORDS words of an epoch that was given up are taken. NO_LATE_STOP a stop that
 *   waited for a look is not ordered after it. NO_INTENT the order to rename is saved without the intent.
 *   NO_FENCING_LOOK who only looks looks once, and leaves the part its name.
 */
#ifndef CALLS
#define CALLS 4
#endif
#ifndef FAULTS
#define FAULTS 3
#endif

/* `active` alone is a keyword */
mtype:stage = { none, inactive, committed, active_, stopping, done, failed, stopped };
mtype:doing = { no_task, looking, fencing, looking_again, adopting, moving, waiting, renaming, over };
mtype:last = { nothing, Done, Failed, Failed_unknown, Stopped };
mtype:order = { no_order, MoveOrder, LookOrder };
mtype:process = { absent, alive, dead };

/* ---- the row, and what is saved with it ---- */
mtype:stage stage = none;
bool has_mover = false;            /* file.mover */
bool publish_ordered = false;
byte heard = 0;                    /* of this epoch: 1 Begun, 2 Verified, 3 the last word */
mtype:order move_owed = no_order;  /* outbox */
bool publish_owed = false, stop_owed = false;

/* ---- rftd ---- */
bool up = true;
bool restarted = false;            /* and its movers are not all reported yet */
bool reborn = false;               /* it is not the first */

/* ---- the mover of the present epoch ---- */
mtype:process mover = absent;
mtype:doing task = no_task;
bool look_only = false, with_intent = false;
bool told_publish = false, told_stop = false;
bool keeps_begun = false, keeps_verified = false;
mtype:last keeps_last = nothing;

/* ---- the destination ---- */
bool published = false;            /* ours stands under the final name */
bool rename_sent = false;          /* a rename whose answer nobody will read */

/* ---- what was promised ---- */
bool promised = false;             /* commit said yes, no clear was asked since */
byte calls = 0, faults = 0;

/* Names of promises, for what pan prints of an assertion. Always 0. */
hidden byte P1_kept, P3_once, P5_ordered, P6_final, P9_ordered, P9_truth;

#define is_final (stage == done || stage == failed || stage == stopped)
#define fault (faults < FAULTS)

inline drop_orders() { move_owed = no_order; publish_owed = false; stop_owed = false }
inline end_attempt() { drop_orders(); has_mover = false }
inline forget_task() {
  task = no_task; told_publish = false; told_stop = false;
  keeps_begun = false; keeps_verified = false; keeps_last = nothing
}

/* ================ the user: on_call ================ */

inline queue() { stage = committed; promised = true }

inline submit_or_complete() {      /* the same content: another is handle_in_use and moves nothing */
  if
  :: stage == none -> stage = inactive
  :: stage == none -> queue()
  :: stage == inactive -> queue()
  :: stage != none && stage != inactive -> skip        /* yes again */
  fi
}

inline commit() {
  if
  :: stage == inactive || stage == failed || stage == stopped -> queue()
  :: stage == committed || stage == active_ || stage == done -> skip
  :: stage == stopping || stage == none -> skip        /* wrong_state, no_such_transfer */
  fi
}

inline clear() {
  if
  :: stage == inactive || is_final ->
       stage = none; promised = false; publish_ordered = false; published = false;
       rename_sent = false                             /* a new life, under a new part name */
  :: else -> skip
  fi
}

inline stop_waiting() {
#ifndef NO_LOOK_TO_STOP
  if
  :: publish_ordered -> stage = stopping               /* needs_look */
  :: else -> stage = stopped
  fi
#else
  stage = stopped; publish_ordered = false
#endif
}

inline stop_active() {
#ifndef STOP_BEATS_RENAME
  stage = stopping;
  if :: !publish_ordered -> stop_owed = true :: else fi
#else
  stage = stopping; publish_ordered = false; stop_owed = true
#endif
}

inline stop() {
  if
  :: stage == committed -> stop_waiting()
  :: stage == active_ -> stop_active()
  :: else -> skip                                      /* yes again, or wrong_state */
  fi
}

active proctype user() {
end:
  do
  :: atomic { up && calls < CALLS ->
       calls++;
       if
       :: submit_or_complete()
       :: stage != none -> commit()
       :: stage != none -> clear()
       :: stage != none -> stop()
       fi }
  od
}

/* ================ rftd: decide, save, order ================ */

inline grant(order) {
  has_mover = true; heard = 0; forget_task(); mover = alive;
  move_owed = order
}

#define needs_look (stage == stopping && publish_ordered && !has_mover)

inline wait_() { stage = committed }
inline rest() { assert(P6_final || !is_final); stage = stopped; publish_ordered = false }

inline hear_begun() {
  heard = 1;
  if
  :: publish_ordered ->                                /* not_published */
       publish_ordered = false;
#ifndef NO_LATE_STOP
       if :: stage == stopping -> stop_owed = true :: else fi
#endif
  :: else
  fi
}

inline hear_verified() {
  heard = 2;
  if
  :: stage == stopping -> skip                         /* the order to stop is under way */
  :: else ->
#ifndef NO_INTENT
       publish_ordered = true;
#endif
       publish_owed = true
  fi
}

inline hear_last() {
  heard = 3;
  assert(P6_final || !is_final);
  if
  :: keeps_last == Done -> end_attempt(); publish_ordered = false; stage = done
  :: keeps_last == Failed_unknown ->
       end_attempt();
       if
       :: stage == stopping -> skip                    /* await_look */
       :: stage != stopping -> wait_()
       :: stage != stopping -> stage = failed          /* the budget is spent */
       fi
  :: keeps_last == Failed ->
       end_attempt(); publish_ordered = false;
       if
       :: stage == stopping -> rest()
       :: stage != stopping -> wait_()
       :: stage != stopping -> stage = failed
       fi
  :: keeps_last == Stopped ->
       end_attempt(); publish_ordered = false;
       if :: stage == stopping -> rest() :: else -> wait_() fi
  fi
}

inline on_mover_lost() {
  end_attempt();
  if
  :: stage == stopping && publish_ordered -> skip      /* await_look */
  :: stage == stopping && !publish_ordered -> rest()
  :: stage == active_ -> wait_()
  :: stage == active_ && faults > 0 -> stage = failed   /* the budget is spent */
  :: else -> assert(P6_final || !is_final)
  fi
}

#ifdef STALE_WORDS
#define its_own true
#else
#define its_own has_mover
#endif
#define reaches (up && !restarted && mover == alive)
#define hears (up && !restarted && mover != absent)    /* a dead mover speaks by its spool */

active proctype rftd() {
end:
  do
  /* schedule, fire_timers */
  :: atomic { up && stage == committed && !has_mover ->
       stage = active_; with_intent = publish_ordered; look_only = false; grant(MoveOrder) }
#ifndef NOBODY_LOOKS
  :: atomic { up && needs_look -> with_intent = true; look_only = true; grant(LookOrder) }
#endif
  /* orders: sent, and sent again, until a word that answers them is saved */
  :: atomic { reaches && move_owed != no_order && task == no_task && keeps_last == nothing ->
       task = looking }
  :: atomic { reaches && publish_owed && task != no_task && !told_publish -> told_publish = true }
  :: atomic { reaches && stop_owed && task != no_task && !told_stop ->
       told_stop = true }
  /* words */
  :: atomic { hears && its_own && keeps_begun && heard < 1 -> hear_begun() }
  :: atomic { hears && its_own && keeps_verified && !(keeps_begun && heard < 1) && heard < 2 ->
       hear_verified() }
  :: atomic { hears && its_own && keeps_last != nothing && !(keeps_begun && heard < 1) &&
              !(keeps_verified && heard < 2) && heard < 3 -> hear_last() }
  :: atomic { hears && keeps_begun && (heard >= 1 || !has_mover) -> keeps_begun = false }
  :: atomic { hears && keeps_verified && (heard >= 2 || !has_mover) -> keeps_verified = false }
  :: atomic { hears && keeps_last != nothing && (heard >= 3 || !has_mover) ->
       keeps_last = nothing; if :: task == over -> task = no_task :: else fi }
  /* mover_gone comes after all words; movers_with_work and is_held tell a new rftd */
#ifdef LOST_UNTOLD
#define tells_of_the_gone (!reborn)
#else
#define tells_of_the_gone true
#endif
  :: atomic { tells_of_the_gone && up && !restarted && has_mover && mover != alive && !keeps_begun &&
              !keeps_verified && keeps_last == nothing -> on_mover_lost() }
  :: atomic { restarted -> restarted = false }
  /* on_time: 5 s after the stop */
  :: atomic { up && stage == stopping && !publish_ordered ->
       assert(P9_ordered || !has_mover || stop_owed || told_stop);
       end_attempt(); rest() }
  od
}

/* ================ the mover ================ */

inline last_word(says) { task = over; keeps_last = says }

/* A user's stop wins over any fault, but not over a rename that may have happened. */
inline end_badly(unknown) {
  if
  :: unknown -> last_word(Failed_unknown)
  :: !unknown && told_stop -> last_word(Stopped)
  :: !unknown && !told_stop -> last_word(Failed)
  fi
}

/* published_before has found nothing. */
#define may_be_published (task == looking || task == fencing || task == looking_again || \
                          task == adopting)

active proctype MoveTask() {
end:
  do
  :: atomic { mover == alive && task == looking ->
       if
       :: published -> last_word(Done)                  /* with_intent; else existing=adopt */
#ifdef NO_FENCING_LOOK
       :: !published && look_only -> last_word(Stopped)
#else
       :: !published && look_only -> task = fencing
#endif
       :: !published && !look_only -> task = adopting
       fi }
  /* the part is renamed to this epoch's name: what was sent before is void */
  :: atomic { mover == alive && task == fencing -> rename_sent = false; task = looking_again }
  :: atomic { mover == alive && task == looking_again ->
       if
       :: published -> last_word(Done)
       :: !published -> last_word(Stopped)
       fi }
  :: atomic { mover == alive && task == adopting ->
       if
       :: published -> last_word(Done)                  /* meanwhile: the part is missing */
       :: !published -> rename_sent = false; keeps_begun = true; task = moving
       fi }
  :: atomic { mover == alive && may_be_published && told_stop -> end_badly(with_intent) }
  :: atomic { mover == alive && may_be_published && fault -> faults++; end_badly(with_intent) }
  :: atomic { mover == alive && task == moving && !told_stop -> keeps_verified = true;
       task = waiting }
  :: atomic { mover == alive && task == moving && fault -> faults++; end_badly(false) }
  :: atomic { mover == alive && (task == moving || task == waiting) && told_stop ->
       last_word(Stopped) }
  :: atomic { mover == alive && task == waiting && told_publish && !told_stop -> task = renaming }
  :: atomic { mover == alive && task == waiting && fault -> faults++; end_badly(false) }
  :: atomic { mover == alive && task == renaming ->
       assert(P5_ordered || publish_ordered);          /* the row knows of it */
       assert(P3_once || !published);
       if
       :: published = true; last_word(Done)
       :: fault -> faults++; last_word(Failed)         /* refused */
       :: fault -> faults++; rename_sent = true; last_word(Failed_unknown)
       :: fault -> faults++; rename_sent = true; mover = dead;
            keeps_begun = false; keeps_verified = false; task = no_task
       fi }
  od
}

/* ================ the world ================ */

active proctype server() {
end:
  do
  :: atomic { rename_sent -> rename_sent = false; if :: published = true :: skip fi }
  od
}

active proctype nemesis() {
end:
  do
  :: atomic { fault && up -> faults++; up = false }    /* rftd dies */
  :: atomic { !up -> up = true; restarted = true; reborn = true;
#ifdef NO_OUTBOX
       drop_orders();
#endif
     }
  :: atomic { fault && mover == alive -> faults++; mover = dead; forget_task() }   /* kill -9 */
  :: atomic { fault && mover == alive && task != renaming ->                       /* its lease ends */
       faults++; mover = dead;
       if
       :: may_be_published -> last_word((with_intent -> Failed_unknown : Failed))
       :: task == moving || task == waiting -> last_word(Failed)
       :: else
       fi }
  od
}

/* Something always goes on: pan's weak fairness does not see a run that just stops. */
#ifdef LIVE
active proctype ticks() {
end:
  do
  :: true -> skip
  od
}
#endif

active proctype watch() {
end:
  atomic {
    !((P1_kept || !promised || (stage != none && stage != inactive)) &&
      (P9_truth || stage != stopped || !published) &&
      (P3_once || stage != done || published)) ->
    assert(P1_kept || !promised || (stage != none && stage != inactive));
    assert(P9_truth || stage != stopped || !published);
    assert(P3_once || stage != done || published)
  }
}

ltl ends { [] ((stage == committed || stage == active_) ->
               <> (stage == done || stage == failed || stage == stopped || stage == stopping)) }
ltl stops { [] (stage == stopping -> <> (stage == done || stage == stopped)) }
