#pragma once

#include "config/key.h"

namespace antiphon::config {

/// Visits the keys of the scheduler and of admission; see each_key().
template <class AnyConfig, class Visit>
void each_scheduler_key(AnyConfig& config, const Visit& visit) {
  auto& scheduler = config.scheduler;
  visit(Key{"scheduler", "policy", "Order of the work: fifo, rr, arrival, edf or fair. All but fair are baselines."}
            .with_flag("--policy"),
        scheduler.policy);
  visit(Key{"scheduler", "placement",
            "Which free worker gets a job: affinity, least_loaded or round_robin. The last two are baselines."}
            .with_flag("--placement"),
        scheduler.placement);
  visit(Key{"scheduler", "queue_depth", "Jobs that a worker holds at once.", 1, 5}, scheduler.queue_depth);
  visit(Key{"scheduler", "start_slack_seconds", "A new stream's first job is due so long after its turn.", 0, 10},
        scheduler.start_slack);
  visit(Key{"scheduler", "guard_seconds", "Reserve kept before a listener would run dry.", 0, 1}, scheduler.guard);
  visit(Key{"scheduler", "longest_job_seconds", "The longest job that cannot be interrupted.", 0.01, 10},
        scheduler.longest_job);
  visit(Key{"scheduler", "chunk_max_seconds", "Longest chunk after the first, in audio time.", 0.05, 10},
        scheduler.chunk_max);
  visit(Key{"scheduler", "first_chunk_max_seconds", "Longest first chunk, in audio time.", 0.05, 10},
        scheduler.first_chunk_max);
  visit(
      Key{"scheduler", "fixed_chunk_grains", "Grains of every chunk, for experiments; 0: by the chunk rule.", 0, 1000},
      scheduler.fixed_chunk_grains);
  visit(Key{"scheduler", "arrival_chunk_seconds", "Chunk of the policy arrival, in audio time.", 0.05, 10},
        scheduler.arrival_chunk);
  visit(Key{"scheduler", "arrival_chunk_loaded_seconds",
            "The same above prefetch_load; the original plan has 0.5 here.", 0.05, 10},
        scheduler.arrival_chunk_loaded);
  visit(Key{"scheduler", "worker_losses_per_job", "A job that lost so many workers fails its stream.", 1, 10},
        scheduler.worker_losses_per_job);
  visit(Key{"scheduler", "user_memory_seconds", "How long a user without streams is remembered.", 0, 600},
        scheduler.user_memory);

  visit(Key{"scheduler", "prefetch_load",
            "Share of what can be promised above which segments are not planned earlier than needed.", 0, 1},
        scheduler.prefetch_load);
  visit(Key{"scheduler", "cheaper_load", "The same above which new requests get the cheaper voice, where one is named.",
            0, 1},
        scheduler.cheaper_load);
  visit(Key{"scheduler", "shed_lateness_seconds",
            "Streams are given up, one each 0.1 s, while one is late by more than this for shed_after_seconds.", 0.1,
            600},
        scheduler.shed_lateness);
  visit(Key{"scheduler", "shed_after_seconds", "See shed_lateness_seconds.", 0, 600}, scheduler.shed_after);

  visit(Key{"admission", "test", "Whether a new request must fit beside what is promised: on or off (a baseline)."}
            .with_flag("--admission"),
        scheduler.admission);
  visit(Key{"admission", "utilisation", "Share of the workers' time that may be promised.", 0.1, 1},
        scheduler.utilisation);
  visit(Key{"admission", "first_audio_seconds", "Within what time an admitted stream is to be heard.", 0.1, 60},
        scheduler.first_audio_target);
  visit(Key{"admission", "headroom_streams",
            "Typical streams that must still fit beside a new request whose account has streams already: one for "
            "each, up to so many; and the same again where its user has.",
            0, 16},
        scheduler.headroom_streams);
  visit(Key{"admission", "headroom_length_seconds", "Length of a typical stream.", 1, 600}, scheduler.headroom_length);
  visit(
      Key{"admission", "streams_per_user", "Streams of one user, live or waiting; the next one gets 429.", 1, 100'000},
      scheduler.streams_per_user);
  visit(Key{"admission", "waiting_max", "Requests that may wait for room at once.", 0, 10'000}, scheduler.waiting_max);
  visit(Key{"admission", "wait_seconds", "How long a request waits for room that does not say so by Prefer: wait=N.", 0,
            3600},
        config.wait.usual);
  visit(Key{"admission", "wait_max_seconds", "The longest wait that a request may ask for.", 0, 3600},
        config.wait.longest);
  visit(Key{"admission", "reservation_grace_seconds",
            "How long the room of a refused user is reserved after its retry time.", 0, 60},
        scheduler.reservation_grace);
}

}  // namespace antiphon::config
