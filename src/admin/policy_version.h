// A version of a tenant's policy (AZ-8): its text, who proposed it and why, who approved it, and
// what became of it. Nobody changes a policy alone: two people stand behind each version that is
// activated. People are named by their ids, clients by theirs; nothing here is ePHI.
//
// Values and pure functions; any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "foundation/result.h"
#include "foundation/strong_id.h"
#include "json/document.h"
#include "json/writer.h"
#include "request/caller.h"

namespace salus::admin {

inline constexpr std::size_t kPeopleBehindVersion = 2;
inline constexpr std::size_t kApprovalsMost = 16;
inline constexpr std::size_t kReasonBytesMost = 1024;

// Who did something, and when (unix seconds).
struct PolicyStep {
    std::string client;
    std::string person;  // empty: the client acted for itself
    std::int64_t at = 0;
};

struct PolicyVersion {
    std::uint64_t number = 0;     // 1, 2, ... in the order of proposal; never used twice
    std::uint64_t based_on = 0;   // activated last when it was proposed; 0: none was
    std::string based_on_sha256;  // of the text that decided then, in hexadecimal
    std::string text;             // in the policy language
    std::string sha256;           // of the text, in hexadecimal
    std::string reason;
    std::int64_t cases = 0;  // of decision tables that it was tested with
    PolicyStep proposed;
    std::vector<PolicyStep> approvals;
    std::optional<PolicyStep> activated;
    std::optional<PolicyStep> withdrawn;
};

// What decides now.
struct DecidingNow {
    std::uint64_t version = 0;  // 0: the configuration's policy
    std::string sha256;         // of its text, in hexadecimal
};

// Of a tenant: which numbers are in use, and which version was activated last. That one decides,
// unless [authorization] source is "configuration".
struct PolicyVersions {
    std::uint64_t newest = 0;
    std::uint64_t activated = 0;  // 0: none was
    DecidingNow deciding;         // not kept with them
};

enum class PolicyPhase : std::uint8_t {
    proposed,     // approvals are missing
    approved,     // may be activated
    in_force,     // decides
    superseded,   // decided once
    passed_over,  // activated last, but the configuration says that its policy decides
    outdated,     // what decides is not what decided when it was proposed
    withdrawn,
};
[[nodiscard]] Literal name_of(PolicyPhase phase) noexcept;
[[nodiscard]] PolicyPhase phase_of(PolicyVersion const& version, PolicyVersions const& all);
// The people who stand behind it, each once: who proposed it, unless a client did for itself, and
// who approved it.
[[nodiscard]] std::size_t people_behind(PolicyVersion const& version);

// REQUIRES: somebody who proved who they are.
[[nodiscard]] PolicyStep step_of(request::CallerFacts const& caller, WallTime now);

// Errc::forbidden: a client without a person, or who proposed the version. Errc::conflict: they did
// already, or it is not open.
[[nodiscard]] Result<void> approve(PolicyVersion& version, PolicyVersions const& all,
                                   PolicyStep step);
// Errc::conflict: it is not approved, or is outdated.
[[nodiscard]] Result<void> activate(PolicyVersion& version, PolicyVersions& all, PolicyStep step);
// Errc::conflict: it decides, decided, or was withdrawn before.
[[nodiscard]] Result<void> withdraw(PolicyVersion& version, PolicyVersions const& all,
                                    PolicyStep step);

// As they are kept.
[[nodiscard]] std::string to_json(PolicyVersion const& version);
[[nodiscard]] std::string to_json(PolicyVersions const& versions);
// Errc::corrupt.
[[nodiscard]] Result<PolicyVersion> read_version(json::Parser& parser, std::string text);
[[nodiscard]] Result<PolicyVersions> read_versions(json::Parser& parser, std::string text);
// All but the text, as members of an object that is open.
void write_summary(json::Writer& writer, PolicyVersion const& version, PolicyVersions const& all);

}  // namespace salus::admin
