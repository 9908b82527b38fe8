#include "transparency/parent_log.h"

#include <algorithm>
#include <utility>

#include "audit/extent.h"
#include "audit/leaf.h"
#include "foundation/blocking.h"

namespace salus::transparency {
namespace {

constexpr Literal kRolledBack = "the log was rolled back: it is shorter than the parent log says";
constexpr Literal kForked = "the log does not continue what the parent log says: it was forked";
constexpr Literal kTilesGone = "tiles that the parent log's statement covers are gone";
constexpr Literal kGone = "the log is gone";

// A log that nobody serves: its tiles say which tree it had. Without tiles, its segments how long
// it is; the verifier reads more.
std::optional<Literal> unlike(std::filesystem::path const& directory, TreeHead const& stated,
                              std::uint64_t& found) {
    auto const extent = audit::measure_log(directory);
    if (!extent) return kGone;
    found = extent->size;
    if (found < stated.size) return kRolledBack;
    auto const root = TileReader(directory, stated.size).root();
    if (root && *root != stated.root) return kForked;
    return std::nullopt;
}

}  // namespace

struct ParentLog::Below final : public ParentState {
    Below(ParentLog const& above, std::string origin_of_it, std::filesystem::path where,
          audit::Log const& of_it, std::shared_ptr<Publisher const> by)
        : parent(above),
          origin(std::move(origin_of_it)),
          directory(std::move(where)),
          log(of_it),
          publisher(std::move(by)) {}
    [[nodiscard]] ParentStatus status() const override { return parent.status_for(*this); }

    ParentLog const& parent;
    std::string const origin;
    std::filesystem::path const directory;
    audit::Log const& log;
    std::shared_ptr<Publisher const> const publisher;
    // The thread of the rounds'.
    TreeHead compared;
    bool is_found = false;  // not to be what was stated
    // Of parent.mutex_.
    std::uint64_t size = 0;  // as stated last
    WallTime at;
    Literal why;  // what was found
};

ParentLog::ParentLog(Options options, std::unique_ptr<audit::Log> log, CheckpointSigner& signer,
                     NoteVerifier verifier, Clock const& clock)
    : options_(std::move(options)),
      log_(std::move(log)),
      signed_log_(*log_),
      publisher_(std::make_shared<Publisher>(options_.directory, *log_, signer, std::move(verifier),
                                             clock, options_.patience)),
      clock_(clock) {
    signed_log_.watch(std::shared_ptr<Publisher const>(publisher_));
}

ParentLog::~ParentLog() = default;

ParentState const* ParentLog::add(std::string origin, std::filesystem::path directory,
                                  audit::Log const& log,
                                  std::shared_ptr<Publisher const> publisher) {
    return below_
        .emplace_back(std::make_unique<Below>(*this, std::move(origin), std::move(directory), log,
                                              std::move(publisher)))
        .get();
}

ParentLog::Below* ParentLog::served(std::string_view origin) const {
    for (auto const& below : below_) {
        if (below->origin == origin) return below.get();
    }
    return nullptr;
}

Result<void> ParentLog::round(bool at_once) {
    if (refused_) return std::unexpected(*refused_);
    auto result = work(at_once);
    if (!result && result.error().code == Errc::corrupt) refused_ = result.error();
    conclude(result);
    return result;
}

Result<void> ParentLog::work(bool at_once) {
    SALUS_TRY_VOID(read_stated());
    for (auto const& below : below_) SALUS_TRY_VOID(compare(*below));
    // Before this process adds to it, the signer agrees that it is the log that was signed.
    if (!states_all_) SALUS_TRY_VOID(publisher_->publish());
    SALUS_TRY_VOID(state(at_once));
    return publisher_->publish();
}

Result<void> ParentLog::read_stated() {
    if (stated_) return {};
    auto const now = log_->status();
    SALUS_TRY(auto stated, read_stated_heads(options_.directory, {now.size, now.root}));
    stated_ = std::move(stated);
    note_stated();
    look_at_unserved();
    return {};
}

void ParentLog::look_at_unserved() {
    for (auto const& [origin, stated] : stated_->by_origin) {
        if (served(origin) != nullptr) continue;
        auto const directory = directory_beside(options_.directory, options_.origin, origin);
        std::uint64_t found = 0;
        auto const why =
            directory ? unlike(*directory, tree_of(stated.log), found) : std::optional(kGone);
        if (!why) continue;
        findings_.push_back({*why, origin, stated.log.size, found, stated.leaf});
        MutexLock const lock(mutex_);
        common_.lost = origin;
        common_.why = lost_why_ = *why;
    }
}

// That the log continues what was stated: by its length, and once its tiles are there by a proof.
Result<void> ParentLog::compare(Below& below) {
    auto const known = stated_->by_origin.find(below.origin);
    if (known == stated_->by_origin.end()) return {};
    auto const& stated = known->second;
    auto const size = below.log.status().size;
    auto const found = [&](Literal why) {
        find(below, {why, below.origin, stated.log.size, size, stated.leaf});
        return Result<void>();
    };
    if (size < stated.log.size) return found(kRolledBack);
    auto const tiled = below.publisher->tiled();
    if (!tiled || *tiled == below.compared || tiled->size < stated.log.size) return {};
    TileReader tiles(below.directory, tiled->size);
    auto const proof = prove_consistency(tiles, stated.log.size);
    if (!proof && proof.error().code == Errc::internal) return std::unexpected(proof.error());
    if (!proof) return found(kTilesGone);
    if (!proves_consistency(tree_of(stated.log), *tiled, *proof)) return found(kForked);
    below.compared = *tiled;
    return {};
}

void ParentLog::find(Below& below, ParentFinding finding) {
    if (std::exchange(below.is_found, true)) return;
    {
        MutexLock const lock(mutex_);
        below.why = finding.why;
    }
    findings_.push_back(std::move(finding));
}

std::vector<ParentFinding> ParentLog::take_findings() {
    return std::exchange(findings_, {});
}

std::vector<audit::LogHead> ParentLog::heads_to_state(bool full) const {
    std::map<std::string, audit::LogHead> heads;
    if (full) {
        for (auto const& [origin, stated] : stated_->by_origin) heads[origin] = stated.log;
    }
    for (auto const& below : below_) {
        auto const published = below->publisher->published();
        if (!published || below->is_found) continue;
        auto const known = stated_->by_origin.find(below->origin);
        bool const is_new =
            known == stated_->by_origin.end() || published->head.size > known->second.log.size;
        if (!is_new) continue;
        heads[below->origin] = {below->origin, published->head.size, published->head.root,
                                crypto::sha256(bytes_of(published->note))};
    }
    std::vector<audit::LogHead> all;
    all.reserve(heads.size());
    for (auto& [origin, head] : heads) all.push_back(std::move(head));
    return all;
}

Result<void> ParentLog::state(bool at_once) {
    auto const now = clock_.monotonic();
    bool const is_due = at_once || !last_statement_ || now - *last_statement_ >= options_.cadence;
    bool const full =
        !states_all_ || log_->status().size - stated_->last_full >= options_.full_every;
    auto const heads = is_due ? heads_to_state(full) : std::vector<audit::LogHead>();
    if (!heads.empty()) {
        SALUS_TRY_VOID(append(heads, full));
        states_all_ = true;
    } else if (last_statement_ && now - *last_statement_ >= options_.heartbeat) {
        std::vector<audit::Record> records;
        SALUS_TRY(auto record_of_it,
                  audit::LeafBuilder(audit::Event::heartbeat, audit::Outcome::ok).build());
        records.push_back(std::move(record_of_it));
        SALUS_TRY_VOID(record(std::move(records)));
    } else {
        return {};
    }
    last_statement_ = now;
    return {};
}

// In one batch, and so all or none.
Result<void> ParentLog::append(std::vector<audit::LogHead> const& heads, bool full) {
    std::vector<audit::Record> records;
    std::vector<audit::Statement> statements;
    auto rest = std::span(heads);
    while (!rest.empty()) {
        auto const part = rest.first(std::min(rest.size(), options_.heads_in_leaf));
        rest = rest.subspan(part.size());
        bool const begins_full = full && records.empty();
        audit::LeafBuilder leaf(audit::Event::checkpoints, audit::Outcome::ok);
        leaf.log_heads(part);
        if (begins_full) leaf.number("full", static_cast<std::int64_t>(heads.size()));
        SALUS_TRY(auto record_of_part, leaf.build());
        records.push_back(std::move(record_of_part));
        statements.push_back({{part.begin(), part.end()}, begins_full});
    }
    SALUS_TRY(auto const positions, record(std::move(records)));
    for (std::size_t i = 0; i < positions.size(); ++i) {
        SALUS_TRY_VOID(apply(*stated_, statements[i], positions[i].index));
    }
    note_stated();
    MutexLock const lock(mutex_);
    for (auto const& head : heads) {
        if (auto* const below = served(head.origin)) below->at = clock_.now();
    }
    return {};
}

Result<std::vector<audit::Position>> ParentLog::record(std::vector<audit::Record> records) {
    BlockingExecutor executor;
    return executor.run(log_->append(std::move(records), executor));
}

void ParentLog::note_stated() {
    MutexLock const lock(mutex_);
    for (auto const& below : below_) {
        auto const known = stated_->by_origin.find(below->origin);
        if (known != stated_->by_origin.end()) below->size = known->second.log.size;
    }
}

void ParentLog::conclude(Result<void> const& result) {
    auto const head = publisher_->status().head;
    MutexLock const lock(mutex_);
    common_.parent = head;
    if (result) {
        failing_since_.reset();
        common_.why = lost_why_;
        return;
    }
    common_.why = result.error().why;
    if (!failing_since_) failing_since_ = clock_.monotonic();
    if (result.error().code == Errc::corrupt) common_.state = SigningState::closed;
}

ParentStatus ParentLog::status_for(Below const& below) const {
    auto const cosigning = signed_log_.cosigning();
    MutexLock const lock(mutex_);
    auto status = common_;
    status.size = below.size;
    status.at = below.at;
    status.cosigning = cosigning;
    auto const at_least = [&](SigningState state, Literal why) {
        status.state = std::max(status.state, state);
        if (!why.empty()) status.why = why;
    };
    if (!status.lost.empty()) at_least(SigningState::degraded, {});
    if (failing_since_) {
        at_least(options_.patience.state_after(clock_.monotonic() - *failing_since_), {});
    }
    if (cosigning) at_least(cosigning->state, status.why.empty() ? cosigning->why : Literal());
    if (!below.why.empty()) at_least(SigningState::closed, below.why);
    return status;
}

}  // namespace salus::transparency
