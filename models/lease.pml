/* lease.pml: who may act for one transfer while movers outlive rftd and leases end.
 *
 * Modelled: the epoch of a row and its fence (on_word); the outbox; movers that work on without rftd
 *   and keep each word until it is acknowledged (WordQueue); the lease's end, ABOR, the last words in
 *   a spool file; kill -9, which leaves none; a new rftd that asks live movers, reads the spools of
 *   the dead and then says who is gone (MoverProcesses::take_back, gone; Engine::mover_up, heard,
 *   mover_gone); one mover that is given several epochs; a stop whose 5 s pass, followed by a commit
 *   (on_time, then on_grant), which leaves a task behind; the intent to publish, saved before the
 *   order to rename; renames whose answer nobody reads, done when they please.
 * A lease may end at any moment, whatever its holder believes: so no clock is needed.
 * A grant has two steps, for the save between them takes time (Strand::busy): words wait for it, and
 *   so does the answer to a hello (HelloMail), which is lost where the line breaks meanwhile.
 * A word of a task that is over is answered with StopOrder and not acknowledged (answer_word).
 * A known mover may be granted more though its lease has ended, until it says so (draining).
 * Abstracted away: what is in a part (adopt.pml), the user's other calls (life.pml), budgets.
 * Bounds: EPOCHS epochs and as many movers; EPOCHS - 1 faults that end an epoch (a grant to a mover
 *   whose lease is over is one), CRASHES of rftd, LINES lost connections.
 *
 * P1  P1_done: done is said only of what stands under its final name
 * P3  P3_once: a file is published once
 * P5  P5_one_order: an epoch is begun by one mover, once. P5_own_word: a word of another epoch or
 *     mover changes nothing. P5_ordered: who renames was ordered to, and the row knows that.
 * P7  P7_last_words: what a mover said before it ended in order is heard before it is said to be gone
 * P8  ltl ends: the transfer comes to done. ltl strays_end: in the end no mover works on anything.
 *     P8_not_in_vain: who said that its lease has ended is given nothing more
 *
 * Bugs to plant: NO_FENCE any word counts for the active transfer. SAME_EPOCH the order goes to
 *   another mover without a new epoch. NO_INTENT it is ordered to rename before that is saved.
 *   NOT_ASKED a new rftd takes the movers of the one before it for dead. NO_OUTBOX orders are kept in
 *   memory. NO_SPOOL a mover leaves no last words. GONE_FIRST it is said to be gone before they are
 *   read. NO_LOOK a mover does not look whether an earlier epoch has published. STRAYS_UNTOLD a hello
 *   that tells of a task of an old epoch is not answered with an order to stop; STRAYS_WORK_ON nor is a
 *   word (one of the two does). ENDED_TOO a mover that said that its lease has ended is granted more.
 */
#ifndef EPOCHS
#define EPOCHS 3
#endif
#ifndef CRASHES
#define CRASHES 1
#endif
#ifndef LINES
#define LINES 1
#endif
#define MOVERS EPOCHS

mtype:stage = { committed, active_, done };
mtype:doing = { no_task, looking, adopting, moving, waiting, renaming, over };
mtype:last = { nothing, Done, Failed, Failed_unknown, Ended, Ended_unknown, Stopped };
mtype:process = { absent, alive, dead };

/* ---- the row, and what is saved with it; mover 0 is none ---- */
mtype:stage stage = committed;
byte epoch = 0, mover = 0;
byte heard = 0;                        /* 1 Begun, 2 Verified, 3 the last word */
bool publish_ordered = false;
byte oldest = 1;                       /* of part.epochs: all from here to epoch */
bool move_owed = false, publish_owed = false;

/* ---- rftd ---- */
bool up = true;
byte granting = 0;                     /* to whom, while that is being saved */
bool line_[MOVERS + 1];                /* its hello came */
bool draining[MOVERS + 1];             /* it said that its lease has ended */

/* ---- movers and their tasks ---- */
mtype:process process[MOVERS + 1] = absent;
bool ends[MOVERS + 1];                 /* its lease is over */
bool orderly[MOVERS + 1];              /* it ended with its last words said */
byte at[EPOCHS + 1];                   /* the mover of a task */
mtype:doing doing[EPOCHS + 1] = no_task;
byte oldest_of[EPOCHS + 1];            /* of the names in its order */
bool with_intent[EPOCHS + 1], told_publish[EPOCHS + 1], told_stop[EPOCHS + 1];
bool keeps_begun[EPOCHS + 1], keeps_verified[EPOCHS + 1];
mtype:last keeps_last[EPOCHS + 1] = nothing;
bool was_begun[EPOCHS + 1], said_last[EPOCHS + 1];

/* ---- the destination ---- */
bool part[EPOCHS + 1];                 /* a file stands under this epoch's part name */
bool published = false;
bool rename_sent[EPOCHS + 1];          /* a rename whose answer nobody will read */

byte faults = 0, crashes = 0, lines = 0;

/* Names of promises, for what pan prints of an assertion. Always 0. */
hidden byte P1_done, P3_once, P5_one_order, P5_own_word, P5_ordered, P7_last_words,
            P8_not_in_vain;

#define fault (faults < EPOCHS - 1)
#define at_work(e) (doing[e] != no_task && doing[e] != over)
#define keeps(e) (keeps_begun[e] || keeps_verified[e] || keeps_last[e] != nothing)
#define says_ended(e) (keeps_last[e] == Ended || keeps_last[e] == Ended_unknown)
#define knows(m, e) (at[e] == m && (at_work(e) || keeps(e)))

inline drop_orders() { move_owed = false; publish_owed = false }
inline end_attempt() { drop_orders(); mover = 0 }
inline on_mover_lost() { end_attempt(); stage = committed }
inline end_task(e) {                   /* what is of no use any more is forgotten: fewer states */
  doing[e] = over; with_intent[e] = false; oldest_of[e] = 0; told_publish[e] = false;
  told_stop[e] = false
}
inline last_word(e, says) { end_task(e); keeps_last[e] = says; said_last[e] = true }

/* ================ rftd ================ */

#ifdef NO_FENCE
#define its_own(m, e) (stage == active_)
#else
#define its_own(m, e) (stage == active_ && e == epoch && m == mover)
#endif
#define reaches(m) (up && line_[m])
#ifdef GONE_FIRST
#define hears(m) (up && granting == 0 && line_[m])
#else
/* The dead speak by their spools. */
#define hears(m) (up && granting == 0 && (line_[m] || process[m] == dead))
#endif

inline own_word(m, e) { assert(P5_own_word || (e == epoch && m == mover)) }

#define is_stray(m, e) (line_[m] && at_work(e) && !(stage == active_ && e == epoch && m == mover))

inline hear_begun(m, e) {
  if
  :: its_own(m, e) && heard < 1 -> own_word(m, e); heard = 1; publish_ordered = false;
       oldest = epoch
#ifndef STRAYS_WORK_ON
  :: is_stray(m, e) && !told_stop[e] -> told_stop[e] = true
  :: is_stray(m, e) && told_stop[e] -> keeps_begun[e] = false     /* it is as good as over */
#endif
  :: else -> keeps_begun[e] = false
  fi
}

inline hear_verified(m, e) {
  if
  :: its_own(m, e) && heard < 2 -> own_word(m, e); heard = 2;
#ifndef NO_INTENT
       publish_ordered = true;
#endif
       publish_owed = true
#ifndef STRAYS_WORK_ON
  :: is_stray(m, e) && !told_stop[e] -> told_stop[e] = true
  :: is_stray(m, e) && told_stop[e] -> keeps_verified[e] = false
#endif
  :: else -> keeps_verified[e] = false
  fi
}

inline hear_last(m, e) {
  if
  :: says_ended(e) -> draining[m] = (process[m] == alive)
  :: else
  fi;
  if
  :: its_own(m, e) && heard < 3 -> own_word(m, e); heard = 3; end_attempt();
       if
       :: keeps_last[e] == Done -> stage = done; publish_ordered = false;
            assert(P1_done || published)
       :: keeps_last[e] == Failed_unknown || keeps_last[e] == Ended_unknown -> stage = committed
       :: else -> stage = committed; publish_ordered = false
       fi
  :: else -> keeps_last[e] = nothing
  fi
}

inline hear(m, e) {
  if
  :: keeps_begun[e] -> hear_begun(m, e)
  :: !keeps_begun[e] && keeps_verified[e] -> hear_verified(m, e)
  :: !keeps_begun[e] && !keeps_verified[e] -> hear_last(m, e)
  fi
}

/* mover_up: what it works on though no transfer says so is told to stop, where nothing is being saved. */
inline greet(m) {
  line_[m] = true;
  byte e = 1;
  do
  :: e <= EPOCHS ->
       if
#ifndef STRAYS_UNTOLD
       :: at[e] == m && at_work(e) && !(stage == active_ && e == epoch && m == mover) ->
            told_stop[e] = true
       :: granting != 0 && lines < LINES && at[e] == m && at_work(e) ->  /* lost before its turn */
            lines++; line_[m] = false
#endif
       :: else
       fi;
       e++
  :: e > EPOCHS -> break
  od;
  e = 0
}

inline begin(m, e) {
  assert(P5_one_order || !was_begun[e]);
  was_begun[e] = true;
  at[e] = m; doing[e] = looking; with_intent[e] = publish_ordered;
  oldest_of[e] = oldest
}

/* mover_for: one that is known, or the next that is not started yet. */
#define is_known(m) (process[m] == alive && (line_[m] || mover == m))
#ifdef ENDED_TOO
#define may_choose(m) (is_known(m))
#else
#define may_choose(m) (is_known(m) && !draining[m])
#endif
#define is_next(m) (process[m] == absent && (m == 1 || process[m - 1] != absent))

inline choose(m) {
  assert(P8_not_in_vain || !draining[m]);
  if
  :: ends[m] -> faults++
  :: else
  fi;
  granting = m; process[m] = alive
}

/* What rftd does about one mover, as far as it hears of it. */
proctype rftd_and(byte m) {
end:
  do
  :: atomic { up && process[m] == alive && !line_[m] -> greet(m) }
  :: atomic { up && stage == committed && granting == 0 && epoch < EPOCHS && (!ends[m] || fault) &&
              (may_choose(m) || is_next(m)) -> choose(m) }
  :: d_step { up && granting == m ->                    /* saved */
       granting = 0; stage = active_; mover = m; heard = 0; move_owed = true;
#ifdef SAME_EPOCH
       if :: epoch == 0 -> epoch = 1 :: else fi
#else
       epoch++
#endif
     }
  :: atomic { reaches(m) && mover == m && move_owed && process[m] == alive && !knows(m, epoch) &&
              !said_last[epoch] ->
       if
       :: !ends[m] -> begin(m, epoch)
       :: ends[m] -> on_mover_lost()                    /* UnknownTask: no_trace */
       fi;
#ifdef NO_OUTBOX
       move_owed = false
#endif
     }
  :: d_step { reaches(m) && mover == m && publish_owed && at[epoch] == m && at_work(epoch) &&
              !told_publish[epoch] -> told_publish[epoch] = true }
  :: atomic { hears(m) && at[1] == m && keeps(1) -> hear(m, 1) }
  :: atomic { hears(m) && at[2] == m && keeps(2) -> hear(m, 2) }
#if EPOCHS > 2
  :: atomic { hears(m) && at[3] == m && keeps(3) -> hear(m, 3) }
#endif
  /* mover_gone, after all its words */
  :: atomic { up && process[m] == dead && mover == m && stage == active_ && granting == 0 &&
#ifndef GONE_FIRST
              !(at[epoch] == m && keeps(epoch)) &&
#endif
              true ->
       assert(P7_last_words || !orderly[m] || heard == 3 || at[epoch] != m || !said_last[epoch]);
       on_mover_lost() }
  :: d_step { lines < LINES && line_[m] -> lines++; line_[m] = false }
  /* 5 s after a stop that the mover did not confirm; the user commits again */
  :: d_step { fault && up && stage == active_ && mover == m && !publish_ordered && granting == 0 ->
       faults++;
       if
       :: line_[m] && at[epoch] == m && at_work(epoch) -> told_stop[epoch] = true
       :: else
       fi;
       on_mover_lost() }
  od
}

/* ================ a mover ================ */

#define waits(e) (doing[e] == waiting && !told_publish[e] && !told_stop[e] && !ends[at[e]])
#define can_work(m, e) (process[m] == alive && at[e] == m && at_work(e) && !waits(e))

inline end_badly(e, unknown) {
  if
  :: unknown && !ends[at[e]] -> last_word(e, Failed_unknown)
  :: unknown && ends[at[e]] -> last_word(e, Ended_unknown)
  :: !unknown && told_stop[e] -> last_word(e, Stopped)
  :: !unknown && !told_stop[e] && !ends[at[e]] -> last_word(e, Failed)
  :: !unknown && !told_stop[e] && ends[at[e]] -> last_word(e, Ended)
  fi
}

inline publish(e) { assert(P3_once || !published); part[e] = false; published = true }

/* Newest first; EPOCHS is at most 3. */
#define finds(x, e) (x >= oldest_of[e] && x < e && part[x] && !part[e] && \
                     !(x == 1 && e == 3 && part[2]))

#ifdef NO_LOOK
#define looks_for_published(e) false
#else
#define looks_for_published(e) with_intent[e]
#endif

inline work(e) {
  if
  :: doing[e] != renaming && (ends[at[e]] || told_stop[e]) ->
       end_badly(e, (with_intent[e] && (doing[e] == looking || doing[e] == adopting)))
  :: !ends[at[e]] && doing[e] == looking ->
       if
       :: looks_for_published(e) && published -> last_word(e, Done)
       :: else -> doing[e] = adopting
       fi
  /* the part is renamed to this epoch's name; what an earlier epoch sent finds it no more */
  :: !ends[at[e]] && doing[e] == adopting ->
       if
       :: finds(1, e) -> part[1] = false; part[e] = true
       :: finds(2, e) -> part[2] = false; part[e] = true
       :: else
       fi;
       if
       :: !part[e] && looks_for_published(e) && published -> last_word(e, Done)
       :: else -> part[e] = true; keeps_begun[e] = true; doing[e] = moving
       fi
  :: !ends[at[e]] && doing[e] == moving ->
       if
       :: part[e] -> keeps_verified[e] = true; doing[e] = waiting
       :: !part[e] -> end_badly(e, false)           /* adopted by a younger epoch */
       fi
  :: !ends[at[e]] && doing[e] == waiting && told_publish[e] && !told_stop[e] ->
       assert(P5_ordered || publish_ordered);
       doing[e] = renaming
  :: doing[e] == renaming ->
       if
       :: part[e] -> publish(e); last_word(e, Done)
       :: !part[e] -> end_badly(e, false)
       :: fault -> faults++; rename_sent[e] = true; end_badly(e, true)
       fi
  fi
}

inline die(m) {
  byte e = 1;
  do
  :: e <= EPOCHS ->
       if
       :: at[e] == m && doing[e] == renaming -> rename_sent[e] = true; end_task(e)
       :: at[e] == m && at_work(e) -> end_task(e)
       :: else
       fi;
       e++
  :: e > EPOCHS -> break
  od;
  e = 0; process[m] = dead; line_[m] = false; ends[m] = true; draining[m] = false
}

inline lose_words(m) {
  byte f = 1;
  do
  :: f <= EPOCHS ->
       if
       :: at[f] == m -> keeps_begun[f] = false; keeps_verified[f] = false; keeps_last[f] = nothing
       :: else
       fi;
       f++
  :: f > EPOCHS -> break
  od;
  f = 0
}

proctype mover_process(byte m) {
end:
  do
  :: atomic { can_work(m, 1) -> work(1) }
  :: atomic { can_work(m, 2) -> work(2) }
#if EPOCHS > 2
  :: atomic { can_work(m, 3) -> work(3) }
#endif
  :: d_step { fault && process[m] == alive -> faults++; die(m); lose_words(m) }    /* kill -9 */
  :: d_step { fault && process[m] == alive && !ends[m] -> faults++; ends[m] = true }
  /* all its tasks have ended, but for a rename that may be cut off when end_limit has passed */
  :: d_step { process[m] == alive && ends[m] &&
              (at[1] != m || !at_work(1) || doing[1] == renaming) &&
              (at[2] != m || !at_work(2) || doing[2] == renaming) &&
#if EPOCHS > 2
              (at[3] != m || !at_work(3) || doing[3] == renaming) &&
#endif
              true ->
       orderly[m] = true; die(m);
#ifdef NO_SPOOL
       lose_words(m)
#endif
     }
  od
}

/* ================ the world ================ */

inline do_late(e) {
  rename_sent[e] = false;
  if
  :: part[e] -> publish(e)
  :: true                                               /* never done */
  fi
}

active proctype server() {
end:
  do
  :: atomic { rename_sent[1] -> do_late(1) }
  :: atomic { rename_sent[2] -> do_late(2) }
#if EPOCHS > 2
  :: atomic { rename_sent[3] -> do_late(3) }
#endif
  od
}

inline lose_lines() { line_[1] = false; line_[2] = false;
#if EPOCHS > 2
  line_[3] = false
#endif
}

inline forget_movers() { draining[1] = false; draining[2] = false; draining[EPOCHS] = false }

active proctype nemesis() {
end:
  do
  :: d_step { crashes < CRASHES && up -> crashes++; up = false; granting = 0; lose_lines();
       forget_movers() }
  :: d_step { !up -> up = true;
#ifdef NOT_ASKED
       if :: stage == active_ -> on_mover_lost() :: else fi;
#endif
#ifdef NO_OUTBOX
       drop_orders()
#endif
     }
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
  atomic { stage == done && !published -> assert(P1_done || published) }
}

init {
  byte m = 1;
  atomic {
    do
    :: m <= MOVERS -> run rftd_and(m); run mover_process(m); m++
    :: m > MOVERS -> break
    od
  }
}

#define working (at_work(1) || at_work(2) || at_work(EPOCHS))

ltl ends { <> (stage == done) }
ltl strays_end { <> [] !working }
