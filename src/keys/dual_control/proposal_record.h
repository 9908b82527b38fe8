// What is kept of a proposal: its text as it was signed, the ballots as they came, and how far its
// execution is. Whoever keeps it must keep it whole and let nobody put an older one in its place.
// Values.
#pragma once

#include <string>
#include <vector>

#include "keys/dual_control/ballot.h"

namespace salus::keys {

// A proposal goes one way through these, and so is executed once.
enum class ProposalPhase : std::uint8_t { open, begun, executed };
[[nodiscard]] Literal name_of(ProposalPhase phase) noexcept;

struct ReceivedBallot {
    Ballot ballot;
    std::int64_t received = 0;  // unix seconds, by the server's clock
};

struct ProposalRecord {
    std::string text;  // canonical
    Bytes signature;   // of its proposer
    std::int64_t received = 0;
    std::vector<ReceivedBallot> ballots;
    ProposalPhase phase = ProposalPhase::open;
    // Once begun: the custodians who approved it, as they were; afterwards they may change.
    std::string custodians;
    std::string result;  // once executed: JSON of the operation; may be empty

    [[nodiscard]] crypto::Sha256Digest hash() const { return crypto::sha256(bytes_of(text)); }
};

[[nodiscard]] std::string to_json(ProposalRecord const& record);
// Errc::corrupt.
[[nodiscard]] Result<ProposalRecord> parse_proposal_record(std::string text);

}  // namespace salus::keys
