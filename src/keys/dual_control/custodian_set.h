// The people who together may do what no one may alone (KEY-1, KEY-2): each with a name, a role and
// a public key of their own, and the policy that binds them. docs/formats/ballots.md has the form.
// Values; immutable, any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "crypto/hash.h"
#include "crypto/signature.h"
#include "foundation/result.h"
#include "foundation/strong_id.h"
#include "json/document.h"
#include "keys/dual_control/operation.h"

namespace salus::keys {

using CustodianName = TextId<struct CustodianNameTag>;  // [a-z0-9-]{1,32}

inline constexpr std::size_t kCustodiansLargest = 32;
inline constexpr std::int64_t kApprovalsLeast = 2;
inline constexpr std::int64_t kCoolOffLongest = std::int64_t{30} * 86'400;  // seconds
inline constexpr std::int64_t kProposalLifeLongest = std::int64_t{90} * 86'400;
inline constexpr std::size_t kCustodianSetBytes = std::size_t{32} * 1024;

struct Custodian {
    CustodianName name;
    Role role;
    crypto::VerifyingKey key;  // Ed25519 or P-256
};

struct ApprovalPolicy {
    std::int64_t approvals = kApprovalsLeast;          // of people other than the proposer
    std::int64_t cool_off = 86'400;                    // seconds, before a destruction
    std::int64_t lifetime = std::int64_t{7} * 86'400;  // seconds, the most that a proposal may live
};

class CustodianSet {
public:
    // Errc::invalid, with what is wrong: a role that is not one, a person with two roles, a name or
    // a key that occurs twice, a role without anybody, fewer people than the policy needs, a key
    // that is neither Ed25519 nor P-256, a member that is not known.
    static Result<CustodianSet> read(json::Value value);
    static Result<CustodianSet> parse(std::string text);

    [[nodiscard]] std::vector<Custodian> const& custodians() const noexcept { return custodians_; }
    [[nodiscard]] ApprovalPolicy const& policy() const noexcept { return policy_; }
    // 1 is the first set; each later one counts one more.
    [[nodiscard]] std::int64_t version() const noexcept { return version_; }
    // nullptr: no such person, or no longer.
    [[nodiscard]] Custodian const* find(CustodianName const& name) const noexcept;
    // Canonical JSON (RFC 8785), the same for the same set, and its SHA-256.
    [[nodiscard]] std::string const& text() const noexcept { return text_; }
    [[nodiscard]] crypto::Sha256Digest const& hash() const noexcept { return hash_; }

private:
    CustodianSet() = default;
    [[nodiscard]] Result<void> read_people(json::Value list);
    [[nodiscard]] Result<void> read_policy(json::Value policy);
    [[nodiscard]] Result<void> check() const;
    [[nodiscard]] std::string encode() const;

    std::vector<Custodian> custodians_;  // sorted by name
    ApprovalPolicy policy_;
    std::int64_t version_ = 0;
    std::string text_;
    crypto::Sha256Digest hash_{};
};

[[nodiscard]] bool is_custodian_name(std::string_view text) noexcept;
// How a custodian's key signs. REQUIRES: a key that a CustodianSet took.
[[nodiscard]] crypto::SignatureAlgorithm signature_algorithm(crypto::VerifyingKey const& key);

}  // namespace salus::keys
