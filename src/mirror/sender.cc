#include "mirror/sender.h"

#include <algorithm>

#include "audit/pruned_prefix.h"
#include "mirror/entries.h"

namespace salus::mirror {

using transparency::Refusal;
using transparency::SigningState;
using transparency::TileReader;

namespace {

std::unexpected<Error> longer_there() {
    return fail(Errc::corrupt, "the mirror has a longer log than this");
}

}  // namespace

Sender::Sender(std::filesystem::path directory, std::string origin,
               transparency::Publisher& publisher, transparency::CosignatureVerifier key,
               Clock const& clock, Patience patience, std::shared_ptr<Replication> replication)
    : directory_(std::move(directory)),
      origin_(std::move(origin)),
      publisher_(publisher),
      key_(std::move(key)),
      clock_(clock),
      patience_(patience),
      replication_(std::move(replication)),
      last_success_(clock.monotonic()) {}

Result<void> Sender::send(Mirror& mirror) {
    if (finding_) return std::unexpected(*finding_);
    auto const published = publisher_.published();
    if (!published) return {};
    auto result = round(mirror, *published);
    if (!result && result.error().code == Errc::corrupt) finding_ = result.error();
    conclude(result, published->head.size);
    return result;
}

Result<void> Sender::round(Mirror& mirror, Published const& published) {
    // Where the mirror is, it says; what was pruned here it must have.
    SALUS_TRY(auto const pruning, audit::read_pruning(directory_));
    pruned_ = pruning.prefix.first;
    cosigned_size_ = std::max(cosigned_size_, pruned_);
    SALUS_TRY_VOID(send_entries(mirror, published));
    SALUS_TRY(auto answer, ask(mirror, published));
    if (answer.cosignature.empty() && answer.refusal.why == Refusal::Why::older) {
        if (answer.refusal.last_size > published.head.size) return longer_there();
        // It cosigned, and its answer was lost.
        cosigned_size_ = answer.refusal.last_size;
        SALUS_TRY_VOID(send_entries(mirror, published));
        SALUS_TRY(answer, ask(mirror, published));
    }
    if (answer.cosignature.empty()) {
        bool const older = answer.refusal.why == Refusal::Why::older;
        if (older) return fail(Errc::unavailable, "the mirror serves somebody else too");
        return fail(Errc::corrupt, "the mirror refuses: this is not the log that it has");
    }
    auto const cosigned = key_.open(published.note + answer.cosignature);
    if (!cosigned) return fail(Errc::unavailable, "the mirror's answer is not by its key");
    SALUS_TRY_VOID(publisher_.add_cosignature(published, answer.cosignature));
    cosigned_size_ = published.head.size;
    MutexLock const lock(mutex_);
    status_.at = cosigned->at;
    return {};
}

// Up to the checkpoint, from where the mirror is.
Result<void> Sender::send_entries(Mirror& mirror, Published const& published) {
    auto const size = published.head.size;
    if (replication_) return replication_->wait_for(size);
    TileReader tiles(directory_, size);
    bool has_asked = false;
    for (auto at = cosigned_size_; at < size;) {
        if (at < pruned_) {
            return fail(Errc::unavailable, "the mirror has not what was pruned here");
        }
        Entries entries{origin_, at, {}};
        auto next = at;
        while (next < size && entries.bundle.size() < kEntriesBytesMost / 2) {
            SALUS_TRY(auto const bundle, tiles.bundle(next / transparency::kTileWidth));
            auto const first = next % transparency::kTileWidth;
            for (auto i = first; i < bundle.size(); ++i, ++next) {
                // A bundle of the longest leaves is longer than a request.
                if (entries.bundle.size() + bundle[i].size() + 2 > kEntriesBytesMost) break;
                append_entry(entries.bundle, bundle[i]);
            }
            if (next % transparency::kTileWidth != 0) break;
        }
        SALUS_TRY(auto const answer, mirror.add_entries(entries));
        if (answer.size > size) return longer_there();
        if (!answer.taken && has_asked) {
            return fail(Errc::unavailable, "the mirror serves somebody else too");
        }
        if (answer.taken && answer.size <= at) {
            return fail(Errc::unavailable, "the mirror does not go on");
        }
        has_asked = !answer.taken;
        at = answer.size;
    }
    return {};
}

Result<CheckpointAnswer> Sender::ask(Mirror& mirror, Published const& published) {
    TileReader tiles(directory_, published.head.size);
    SALUS_TRY(auto proof, transparency::prove_consistency(tiles, cosigned_size_));
    auto answer = mirror.add_checkpoint({cosigned_size_, std::move(proof), published.note});
    // Started again between entries and checkpoint, or reached by another connection.
    if (!answer && answer.error().code == Errc::precondition_failed) {
        return fail(Errc::unavailable, answer.error().why);
    }
    return answer;
}

void Sender::conclude(Result<void> const& result, std::uint64_t size) {
    MutexLock const lock(mutex_);
    if (result) {
        status_.size = size;
        status_.why = {};
        last_success_ = clock_.monotonic();
        return;
    }
    status_.why = result.error().why;
    if (result.error().code == Errc::corrupt) is_refused_ = true;
}

std::chrono::nanoseconds Sender::age() const {
    return clock_.monotonic() - last_success_;
}

bool Sender::is_alarming() const {
    MutexLock const lock(mutex_);
    return is_refused_ || age() >= patience_.alarm_after;
}

transparency::CosigningStatus Sender::status() const {
    MutexLock const lock(mutex_);
    auto status = status_;
    bool const is_late = age() >= patience_.late_after;
    if (is_refused_ || (is_late && patience_.closes_when_late)) {
        status.state = SigningState::closed;
    } else if (is_late) {
        status.state = SigningState::degraded;
    }
    return status;
}

}  // namespace salus::mirror
