// /admin/keys/drafts and /admin/keys/proposals: operations on keys that several people decide about
// (KEY-1, KEY-2, KEY-3). A draft is what the proposer looks at and signs; a proposal is one that he
// did; ballots come to it, and then it is executed. Each step is on record with who asked, who
// proposed and who approved. A proposal's id is the SHA-256 of its text, in hexadecimal.
#pragma once

#include "admin/keys_desk.h"
#include "request/prepared.h"

namespace salus::admin {

// A proposal as it is kept, opened, with the version of its document.
struct StoredProposal {
    keys::ProposalRecord record;
    keys::Proposal proposal;
    std::uint64_t version = 0;

    [[nodiscard]] std::string id() const { return to_hex(record.hash()); }
};

// The newest of the proposals, by id, the oldest first.
[[nodiscard]] Result<std::vector<std::string>> proposal_ids(KeysDesk const& desk);
// Errc::not_found.
[[nodiscard]] Result<StoredProposal> stored_proposal(KeysDesk const& desk, std::string_view id);
// Adds a further version to what an answer commits.
[[nodiscard]] Result<void> add_proposal_version(request::Prepared& prepared, KeysDesk const& desk,
                                                StoredProposal const& proposal);

// {"operation", "proposer", "reason"; "target", "patient" (a logical id, to erase) or "set" (the
// next custodians); "not_before", "expires" in unix seconds, if not now and the policy's lifetime}:
// answers {"proposal": text}. Stores nothing.
[[nodiscard]] Result<request::Prepared> draft_proposal(KeysDesk const& desk,
                                                       request::Exchange& exchange);
// {"proposal": text, "signature"}.
[[nodiscard]] Result<request::Prepared> add_proposal(KeysDesk const& desk,
                                                     request::Exchange& exchange);
[[nodiscard]] Result<request::Prepared> list_proposals(KeysDesk const& desk);
[[nodiscard]] Result<request::Prepared> show_proposal(KeysDesk const& desk,
                                                      request::Permit const& permit);
// A ballot (docs/formats/ballots.md).
[[nodiscard]] Result<request::Prepared> add_ballot(KeysDesk const& desk,
                                                   request::Exchange& exchange,
                                                   request::Permit const& permit);
// Done at once, 200; or begun, 202, and carried out by the KeyExecutor.
[[nodiscard]] Result<request::Prepared> execute_proposal(KeysDesk const& desk,
                                                         request::Exchange& exchange,
                                                         request::Permit const& permit);

}  // namespace salus::admin
