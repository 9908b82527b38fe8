#include "reconciliation/written_versions.h"

#include <algorithm>
#include <array>

#include "reconciliation/pruned_writes.h"

namespace salus::reconciliation {
namespace {

// The steps of an erasure as its leaves tell them (docs/formats/audit-log.md, "Rotation of keys").
constexpr std::int64_t kStepErase = 2;
constexpr std::int64_t kDone = 1'000;  // "key.destroyed" is its last leaf

// Types of documents that have a time of expiry, as leaves name them; the first two as leaves of
// earlier versions do.
constexpr std::array<std::string_view, 14> kShortLived{
    "replay-guard",  "condition-guard", "ReplayGuard",          "Revocation",
    "Session",       "Grant",           "KnownDevice",          "SignInAttempt",
    "Throttle",      "PushedRequest",   "PendingAuthorization", "AuthorizationCode",
    "LaunchContext", "ConditionGuard",
};

bool is_erasure(std::optional<json::Value> const& key) {
    return key && key->text_member("op") == "erase-patient";
}

std::optional<std::int64_t> number(json::Value what, std::string_view name) {
    auto const numbers = what.member("num");
    auto const value = numbers ? numbers->member(name) : std::nullopt;
    return value ? value->integer() : std::nullopt;
}

// Of most leaves nothing is said about the store, and they need not be parsed.
bool speaks_of_the_store(std::string_view leaf) {
    return leaf.contains(R"("ph":")") || leaf.contains(R"("ev":"key.destroyed")");
}

}  // namespace

Result<std::optional<audit::Finding>> WrittenVersions::add_log(
    std::filesystem::path const& directory, Log log, audit::Writer writer,
    std::stop_token const& stop) {
    log_ = log;
    if (auto const pruned = add_pruned(directory); !pruned) {
        if (pruned.error().code != Errc::corrupt) return std::unexpected(pruned.error());
        return audit::Finding{pruned.error().why, "pruned", 0, 0};
    }
    SALUS_TRY(auto report,
              audit::read_leaves(
                  directory, [this](audit::LeafView const& leaf) { add(leaf); }, writer, stop));
    if (report.finding) return std::move(report.finding);
    SALUS_TRY_VOID(end_log());
    return std::optional<audit::Finding>();
}

Result<void> WrittenVersions::add_pruned(std::filesystem::path const& directory) {
    return read_pruned_writes(directory, [this](PrunedWrite const& write) {
        ++count_;
        auto sighting = write.sighting;
        sighting.type = number_of(std::string(write.type));
        sighting.log = log_.number;
        return sorter_.add(sighting);
    });
}

void WrittenVersions::add(audit::LeafView const& leaf) {
    if (failure_ && speaks_of_the_store(leaf.json)) failure_ = read(leaf);
}

Result<void> WrittenVersions::read(audit::LeafView const& leaf) {
    SALUS_TRY(auto const document, parser_.index(std::string(leaf.json)));
    auto const what = document.root().member("what");
    if (!what) return fail(Errc::corrupt, "a leaf of the audit log cannot be read");
    auto const phase = document.root().text_member("ph");
    if (!phase) {
        note_erasure(leaf.index, *what);
        return {};
    }
    if (phase == "outcome") {
        auto const intent = document.root().member("in");
        auto const index = intent ? intent->integer() : std::nullopt;
        if (!index) return fail(Errc::corrupt, "an outcome in the audit log names no intent");
        return read_outcome(leaf.index, static_cast<std::uint64_t>(*index), *what);
    }
    SALUS_TRY(auto versions, audit::named_versions(*what));
    auto const key = what->member("key");
    open_.emplace(leaf.index,
                  Intent{.patient = audit::named_patient(*what).value_or(CompartmentId()),
                         .of_keys = key.has_value(),
                         .of_erasure = is_erasure(key),
                         .versions = std::move(versions)});
    return {};
}

Result<void> WrittenVersions::read_outcome(std::uint64_t index, std::uint64_t intent_index,
                                           json::Value what) {
    auto const found = open_.find(intent_index);
    if (found == open_.end()) return {};
    auto const intent = std::move(found->second);
    open_.erase(found);
    if (what.text_member("out") != "ok") return {};
    if (intent.of_erasure) {
        // A start that settles the intent after a crash does not know the step: the next one.
        auto const reached = erasures_.contains(intent.patient) ? erasures_[intent.patient] : 0;
        reach(intent.patient, number(what, "step").value_or(reached + 1));
    }
    return emit(intent_index, intent,
                index < log_.settled_before ? Seen::written : Seen::attempted);
}

// The last leaf of an erasure has the number of keys that it destroyed; a rotation's has not.
void WrittenVersions::note_erasure(std::uint64_t index, json::Value what) {
    auto const patient = audit::named_patient(what);
    if (!patient || !number(what, "patient_keys")) return;
    reach(*patient, index < log_.settled_before ? kDone : kStepErase);
}

void WrittenVersions::reach(CompartmentId const& patient, std::int64_t step) {
    auto& reached = erasures_[patient];
    reached = std::max(reached, step);
}

Result<void> WrittenVersions::emit(std::uint64_t index, Intent const& intent, Seen seen) {
    for (auto const& named : intent.versions) {
        if (!named.stored) continue;
        ++count_;
        SALUS_TRY_VOID(
            sorter_.add({.address = named.address,
                         .version = named.version,
                         .leaf = index,
                         .compartment = intent.of_keys ? CompartmentId() : intent.patient,
                         .digest = *named.stored,
                         .type = number_of(named.type),
                         .log = log_.number,
                         .seen = seen}));
    }
    return {};
}

Result<void> WrittenVersions::end_log() {
    SALUS_TRY_VOID(failure_);
    for (auto const& [index, intent] : open_) {
        SALUS_TRY_VOID(emit(index, intent, Seen::attempted));
    }
    open_.clear();
    return {};
}

std::uint32_t WrittenVersions::number_of(std::string const& type) {
    auto const [found, is_new] =
        type_numbers_.try_emplace(type, static_cast<std::uint32_t>(types_.size()));
    if (is_new) types_.push_back(type);
    return found->second;
}

bool WrittenVersions::is_short_lived(std::uint32_t type) const {
    return std::ranges::find(kShortLived, type_name(type)) != kShortLived.end();
}

WrittenVersions::Erasure WrittenVersions::erasure_of(CompartmentId const& patient) const {
    auto const found = erasures_.find(patient);
    if (found == erasures_.end() || found->second < kStepErase) return Erasure::none;
    return found->second < kDone ? Erasure::under_way : Erasure::done;
}

}  // namespace salus::reconciliation
