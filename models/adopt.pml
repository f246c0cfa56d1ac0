/* adopt.pml: when bytes that an earlier flow wrote may be gone on with, and what is proof of them.
 *
 * Modelled: the destination's folder (names, inodes, what MLST tells of them); flows that open and
 *   write when they please, without their client too; find_part, adopt_part and take_over_part;
 *   settle; the rename to the new epoch's name, which a mover may leave on its way; is_whole; verify
 *   with the looks of design 5.6; the intent; published_before with whose_by_checksum; publish_part;
 *   look_after_publish; a stop while a rename's end is not known, and fence_and_look_again
 *   (mover/task_begin.cc, task_finish.cc); part.epochs, presumed_before (core/decide_*.cc).
 * A file is two blocks; a checksum reads one after the other. Modify has whole seconds: a write that
 *   follows another within one second leaves it as it is, and after two seconds it cannot.
 * Epochs come one after the other (lease.pml); a mover may die at each step. A try that begins afresh
 *   ends the run: the next has another part id, and no name in common with this one.
 * Abstracted away: sizes, markers but for `whole or not`, the source, in_place, resume=strict.
 * The presumption is broken LATE times: a flow that was quiet for the settling time wakes up and
 *   writes, sound bytes or rotten ones.
 * Assumed: a rename that takes the final name away again is done at once or never, even where the
 *   mover dies before its answer. BACK_LATE lifts that.
 * Bounds: EPOCHS epochs, LATE late writes.
 *
 * P1  P1_done: what done was said of stays under its final name, as far as we rename
 * P3  P3_whole: what is not as it was proven does not stay under the final name
 * P4  P4_proven: at the looks that let the mover say Verified and Done, each block is sound
 * P7  P7_kept: no proof fails and no part is missing unless a late write did that. P7_quiet: a part is
 *     not gone on with while its old flow writes in its usual course
 * P9  P9_truth: nothing is published after a look that confirmed a stop
 *
 * Bugs to plant: SHARED_NAME epochs write under one name. NO_SETTLE a presumed end is not waited for.
 *   NO_FIRST_LOOKS and NO_AFTER_LOOK the proof lacks the looks before or after the checksum.
 *   NO_LAST_LOOK the look under the final name. NOT_BACK it is not renamed back. ONE_NAME only the new
 *   epoch's name is in the row before the rename. LOOKED_ONCE the part is looked for once. NO_REDO_LOOK
 *   a new epoch does not look whether the one before it has published. DOUBT_FORGOTTEN a known end
 *   makes the presumed one before it forgotten. FORGOTTEN_LOOKS the look beside the checksum need not
 *   agree with those before it. SPOILT_STAYS who finds, in a new epoch, what an old flow spoilt, takes it
 *   for another's. ONE_REDO_LOOK and does not look whether it rests while its checksum is taken.
 *   WHOLE_IS_PROOF what is_whole compared is not verified again. NO_FENCING_LOOK who looks for a stop
 *   leaves the part its name.
 */
#ifndef EPOCHS
#define EPOCHS 3
#endif
#ifndef LATE
#define LATE 2
#endif

#ifdef SHARED_NAME
#define name_of(e) 1
#else
#define name_of(e) (e)
#endif

mtype:block = { hole, sound, rotten };

/* ---- the destination; inode 0 is none, inode e was made by the flow of epoch e ---- */
byte part[EPOCHS + 1];                 /* the inode under each part name */
byte final = 0;
mtype:block front[EPOCHS + 1] = hole, rear[EPOCHS + 1] = hole;
byte modify[EPOCHS + 1];
bool this_second[EPOCHS + 1];          /* its last write was in the present second */
bool flow_over[EPOCHS + 1];
byte late = 0;                         /* writes against the presumption */

/* ---- the row ---- */
byte epoch = 0, oldest = 1;            /* part.epochs: all from oldest to epoch */
bool presumed = false;                 /* part.end */
bool presumed_before = false;
bool confirmed = false;                /* part.confirmed is not empty */
bool publish_ordered = false;
byte intent_modify;

byte settled = 0;                      /* flows of epochs below are presumed to have ended */
bool stopping = false, stopped = false;
bool is_done = false;

/* Names of promises, for what pan prints of an assertion. Always 0. */
hidden byte P1_done, P3_whole, P4_proven, P7_kept, P7_quiet, P9_truth;

#define is_sound(i) (front[i] == sound && rear[i] == sound)
#define rests_as(seen, i) (final == i && modify[i] == seen)
#define must_be_proven(i) assert(P4_proven || is_sound(i))

/* ================ a server ================ */

inline touch(i) {
  if
  :: this_second[i] -> skip
  :: modify[i]++; this_second[i] = true
  fi
}

#define may_be_late (late < LATE)
#define counts(e) (e < settled)

/* A part that a younger epoch goes on with is not written by an older flow in its usual course. */
inline nobody_else(e, i) { assert(P7_quiet || oldest <= e || i != part[name_of(epoch)]) }

proctype flow(byte e; bool resumes) {
  byte i;
  atomic {
    if
    :: part[name_of(e)] != 0 -> i = part[name_of(e)];
         if
         :: !resumes -> front[i] = hole; rear[i] = hole; touch(i)
         :: else
         fi
    :: else -> i = e; part[name_of(e)] = i; touch(i)
    fi
  }
  do
  :: atomic { !counts(e) && front[i] == hole -> front[i] = sound; touch(i); nobody_else(e, i) }
  :: atomic { !counts(e) && rear[i] == hole && front[i] != hole ->
       rear[i] = sound; touch(i); nobody_else(e, i) }
  :: atomic { counts(e) && may_be_late -> late++; touch(i);
       if
       :: front[i] = rotten
       :: rear[i] = rotten
       :: skip                                          /* the bytes that stood there already */
       fi }
  :: break
  od;
  flow_over[e] = true
}

/* A rename whose answer nobody reads: done some time, or never. */
proctype late_rename(byte from, to) {
  if
  :: atomic { part[from] != 0 ->
       if
       :: to == 0 -> assert(P9_truth || !stopped); final = part[from]
       :: else -> part[to] = part[from]
       fi;
       part[from] = 0 }
  :: skip
  fi
}

#ifdef BACK_LATE
proctype late_back(byte to) {
  if
  :: atomic { final != 0 -> assert(P1_done || !is_done); part[to] = final; final = 0 }
  :: skip
  fi
}
#endif

/* ================ one transfer: epochs, one after the other ================ */

inline second_passes() {
  d_step { this_second[1] = false; this_second[2] = false; this_second[EPOCHS] = false }
}

#define died (epoch < EPOCHS)
inline lost() { atomic { presumed = true; presumed_before = true; goto grant } }
inline may_die() {
  if
  :: died -> lost()
  :: skip
  fi
}
inline afresh() { assert(P7_kept || late > 0); goto ended }

inline done() { is_done = true; goto ended }

/* changed_after_verify */
inline take_name_away() {
#ifdef BACK_LATE
  if
  :: atomic { final != 0 -> part[name_of(epoch)] = final; final = 0 }
  :: atomic { died -> run late_back(name_of(epoch)) }; lost()
  :: final == 0                                         /* an earlier one was done meanwhile */
  fi;
#else
  atomic { final != 0 -> part[name_of(epoch)] = final; final = 0 };
#endif
  stopped = stopping;
  afresh()
}

inline find_part() {
  x = epoch;
  do
  :: part[name_of(x)] != 0 -> found = x; break
  :: part[name_of(x)] == 0 && x > oldest -> x--
  :: part[name_of(x)] == 0 && x <= oldest -> found = 0; break
  od
}

active proctype transfer() {
  byte x, found, seen, part_modify, i;
  bool doubtful, adopted, looked, sum, whole;

grant:
  atomic {
    epoch++; found = 0; looked = false; adopted = false; x = 0; seen = 0; i = 0; sum = false;
    part_modify = 0; whole = false;
    if
    :: publish_ordered -> stopping = true               /* needs_look */
    :: true
    fi;
#ifdef DOUBT_FORGOTTEN
    doubtful = presumed;
#else
    doubtful = presumed_before;
#endif
#ifdef ONE_NAME
    oldest = epoch
#endif
  }

published_before:
#ifndef NO_REDO_LOOK
  if
  :: publish_ordered ->
       if
       :: atomic { final == 0 -> skip }
       :: atomic { final != 0 && modify[final] == intent_modify -> must_be_proven(final); done() }
       :: atomic { final != 0 && modify[final] != intent_modify -> i = final };
#ifndef ONE_REDO_LOOK
          do
          :: !doubtful -> break
          :: doubtful -> seen = modify[i]; second_passes();
               if
               :: seen == modify[i] -> break
               :: seen != modify[i]
               fi
          od;
#endif
          sum = (front[i] == sound);
          sum = sum && (rear[i] == sound);
#ifdef ONE_REDO_LOOK
          seen = modify[i];
#endif
          if
          :: atomic { sum && (!doubtful || rests_as(seen, i)) -> must_be_proven(i); done() }
#ifdef SPOILT_STAYS
          :: atomic { !(sum && (!doubtful || rests_as(seen, i))) -> assert(P3_whole || is_sound(i));
#else
          :: atomic { doubtful && !(sum && rests_as(seen, i)) }; take_name_away()
          :: atomic { !doubtful && !sum -> assert(P3_whole || is_sound(i));
#endif
               goto ended }                            /* destination_exists: it stays there */
          fi
       fi
  :: !publish_ordered
  fi;
#endif
  if
  :: stopping ->
#ifndef NO_FENCING_LOOK
       if
       :: !looked ->
            find_part();
            if
            :: atomic { found != 0 && found != epoch && part[name_of(found)] != 0 ->
                 part[name_of(epoch)] = part[name_of(found)]; part[name_of(found)] = 0 }
            :: atomic { found != 0 && found != epoch && died -> run late_rename(found, epoch) }; lost()
            :: found == 0 || found == epoch || part[name_of(found)] == 0
            fi;
            looked = true; goto published_before
       :: looked
       fi;
#endif
       atomic { stopped = true; assert(P9_truth || final == 0); goto ended }
  :: !stopping
  fi;

adopt_part:
  find_part();
  if
  :: found == 0 ->
       if
#ifndef LOOKED_ONCE
       :: !looked && epoch > 1 -> looked = true; goto adopt_part
#endif
       :: else ->
            if
#ifndef NO_REDO_LOOK
            :: publish_ordered && final != 0 -> goto published_before
#endif
            :: else ->
                 if
                 :: confirmed -> afresh()               /* part_missing */
                 :: !confirmed
                 fi
            fi
       fi
  :: found != 0 ->
#ifndef NO_SETTLE
       if
       :: presumed ->
            do
            :: atomic { i = part[name_of(found)]; seen = modify[i] };
               second_passes();
               if
               :: atomic { part[name_of(found)] == i && i != 0 && seen == modify[i] ->
                    settled = epoch }; break
               :: else
               fi;
               if
               :: part[name_of(found)] == 0 -> break
               :: part[name_of(found)] != 0
               fi
            od
       :: !presumed
       fi;
#endif
       if
       :: found == epoch -> adopted = true
       :: atomic { found != epoch && part[name_of(found)] != 0 -> i = part[name_of(found)];
            part[name_of(found)] = 0; part[name_of(epoch)] = i }; adopted = true
       :: found != epoch && part[name_of(found)] == 0 -> /* moved while we looked */
            if
#ifndef LOOKED_ONCE
            :: !looked -> looked = true; goto adopt_part
#endif
            :: else -> afresh()
            fi
       :: atomic { found != epoch && died -> run late_rename(found, epoch) }; lost()
       fi
  fi;
  /* is_whole */
  i = part[name_of(epoch)];
  if
  :: adopted && presumed && i != 0 && front[i] != hole && rear[i] != hole ->
       sum = (front[i] == sound);
       whole = sum && (rear[i] == sound)
  :: else
  fi;
  may_die();

  atomic { oldest = epoch; publish_ordered = false; presumed = false };       /* Begun */

  if
  :: adopted && (confirmed || whole) && part[name_of(epoch)] != 0 && front[part[name_of(epoch)]] != hole &&
     rear[part[name_of(epoch)]] != hole -> skip                               /* all is there */
  :: else ->
       atomic { run flow(epoch, adopted && confirmed) };
       if
       :: flow_over[epoch] -> atomic { i = part[name_of(epoch)]; confirmed = true }
       :: atomic { died -> i = part[name_of(epoch)];
            if
            :: i != 0 && front[i] != hole -> confirmed = true                 /* a marker came */
            :: skip
            fi }; lost()
       fi;
       if
       :: is_sound(i) || rear[i] != hole
       :: atomic { (rear[i] == hole || front[i] == hole) && died -> goto grant }  /* its end is known */
       :: atomic { (rear[i] == hole || front[i] == hole) && !died -> goto ended }
       fi
  fi;

  /* verify */
  i = part[name_of(epoch)];
#ifdef WHOLE_IS_PROOF
  if :: whole -> part_modify = modify[i]; goto verified :: else fi;
#endif
#ifndef NO_FIRST_LOOKS
  do
  :: !doubtful -> break
  :: doubtful -> seen = modify[i]; second_passes();
       if
       :: seen == modify[i] -> break
       :: seen != modify[i]
       fi
  od;
#endif
  part_modify = modify[i];
  sum = (front[i] == sound);
  sum = sum && (rear[i] == sound);
#if !defined(NO_FIRST_LOOKS) && !defined(FORGOTTEN_LOOKS)
  if
  :: doubtful && seen != part_modify -> afresh()        /* changed_after_verify */
  :: else
  fi;
#endif
  if
  :: !sum -> afresh()                                   /* checksum_differs */
  :: sum
  fi;
#ifndef NO_AFTER_LOOK
  if
  :: doubtful && modify[i] != part_modify -> afresh()   /* changed_after_verify */
  :: atomic { !doubtful || modify[i] == part_modify -> must_be_proven(i) }
  fi;
#else
  must_be_proven(i);
#endif
verified:
#ifdef WHOLE_IS_PROOF
  must_be_proven(i);
#endif
  may_die();

  atomic { publish_ordered = true; intent_modify = part_modify };  /* Verified */
  may_die();

  if
  :: atomic { part[name_of(epoch)] == i -> part[name_of(epoch)] = 0; final = i }
  :: atomic { died -> run late_rename(name_of(epoch), 0) }; lost()
  fi;

  /* look_after_publish */
#ifdef NO_LAST_LOOK
  atomic { must_be_proven(i); done() };
#else
  if
  :: atomic { !doubtful || modify[i] == part_modify -> must_be_proven(i); done() }
#ifdef NOT_BACK
  :: atomic { doubtful && modify[i] != part_modify -> assert(P3_whole || final == 0); goto ended }
#else
  :: atomic { doubtful && modify[i] != part_modify }; take_name_away()
#endif
  fi;
#endif

ended:
  skip
}
