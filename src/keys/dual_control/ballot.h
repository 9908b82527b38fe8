// A ballot: what one custodian decided about one proposal, signed (KEY-2).
// docs/formats/ballots.md has the form. Values.
#pragma once

#include <string>
#include <string_view>

#include "json/document.h"
#include "keys/dual_control/proposal.h"

namespace salus::keys {

enum class Decision : std::uint8_t { approve, veto };
[[nodiscard]] Literal name_of(Decision decision) noexcept;

struct Ballot {
    crypto::Sha256Digest proposal{};  // SHA-256 of its text
    CustodianName custodian;
    Decision decision = Decision::veto;
    Bytes signature;  // of ballot_message()
};

// "salus-ballot-v1" || SHA-256(proposal) || decision, the decision's name in ASCII.
[[nodiscard]] Bytes ballot_message(crypto::Sha256Digest const& proposal, Decision decision);
[[nodiscard]] bool is_signed_by(Ballot const& ballot, Custodian const& custodian);

[[nodiscard]] std::string to_json(Ballot const& ballot);
// Errc::invalid.
[[nodiscard]] Result<Ballot> read_ballot(json::Value value);

}  // namespace salus::keys
