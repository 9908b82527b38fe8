// Approval: the proof that an operation has what it needs of people (KEY-2). Only Quorum makes one,
// after it has itself checked the proposal and every ballot; what destroys or rotates takes one,
// so that leaving the check out does not compile. Move-only, and spent by the operation.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "keys/dual_control/proposal.h"

namespace salus::keys {

class Approval {
public:
    [[nodiscard]] Operation operation() const noexcept { return proposal_.operation; }
    [[nodiscard]] std::string const& target() const noexcept { return proposal_.target; }
    [[nodiscard]] std::map<std::string, std::string> const& parameters() const noexcept {
        return proposal_.parameters;
    }
    [[nodiscard]] CustodianName const& proposer() const noexcept { return proposal_.proposer; }
    // Distinct people, none of them the proposer; sorted.
    [[nodiscard]] std::vector<CustodianName> const& approvers() const noexcept {
        return approvers_;
    }
    [[nodiscard]] crypto::Sha256Digest const& proposal_hash() const noexcept { return hash_; }
    // For whoever executes: it is what was approved, and for this.
    [[nodiscard]] bool is_for(Operation operation, std::string_view target) const noexcept {
        return proposal_.operation == operation && proposal_.target == target;
    }

    Approval(Approval&&) noexcept = default;
    Approval& operator=(Approval&&) noexcept = default;
    Approval(Approval const&) = delete;
    Approval& operator=(Approval const&) = delete;
    ~Approval() = default;

private:
    friend class Quorum;
    Approval(Proposal proposal, crypto::Sha256Digest const& hash,
             std::vector<CustodianName> approvers)
        : proposal_(std::move(proposal)), hash_(hash), approvers_(std::move(approvers)) {}

    Proposal proposal_;
    crypto::Sha256Digest hash_;
    std::vector<CustodianName> approvers_;
};

}  // namespace salus::keys
