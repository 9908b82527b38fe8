// A proposal: one operation on one target, as its proposer signed it (KEY-2). Its canonical text is
// what everybody sees, hashes and signs. docs/formats/ballots.md has the form. Values.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "crypto/hash.h"
#include "foundation/result.h"
#include "keys/dual_control/custodian_set.h"

namespace salus::keys {

inline constexpr std::size_t kProposalBytes = std::size_t{64} * 1024;
inline constexpr std::size_t kReasonBytes = 1024;

struct Proposal {
    Operation operation = Operation::erase_patient;
    std::string target;                             // what the operation acts on, in its own words
    std::map<std::string, std::string> parameters;  // printable ASCII
    std::string reason;                             // printable ASCII, for people
    std::int64_t not_before = 0;                    // unix seconds
    std::int64_t expires = 0;                       // unix seconds
    std::string nonce;                              // 22 characters of base64url, random
    std::string instance;                           // realm and tenant: another's is not taken
    CustodianName proposer;
    crypto::Sha256Digest custodians{};  // CustodianSet::hash(): the people and their policy
    crypto::Sha256Digest state{};       // of what it acts on, when it was made
};

// Canonical JSON. Errc::invalid when a text has a character outside printable ASCII.
[[nodiscard]] Result<std::string> to_text(Proposal const& proposal);
// Errc::invalid unless it is the very text that to_text() gives; also for an operation that does
// not exist. Errc::too_large.
[[nodiscard]] Result<Proposal> parse_proposal(std::string_view text);

// What the proposer signs: "salus-proposal-v1" || SHA-256(text).
[[nodiscard]] Bytes proposal_message(crypto::Sha256Digest const& proposal);

}  // namespace salus::keys
