// For tests: three custodians with their keys, their set, and what they sign.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "foundation/check.h"
#include "keys/dual_control/quorum.h"
#include "keys/dual_control/rotation_order.h"

namespace salus::keys {

inline constexpr std::string_view kThisInstance = "salus/realm/default";
inline constexpr std::int64_t kProposedAt = 1'800'000'000;
inline constexpr std::int64_t kCoolOff = 3'600;
inline constexpr std::int64_t kLifetime = 86'400;

class People {
public:
    // One person for each role, then more who rotate.
    explicit People(std::vector<std::pair<std::string, Role>> people = {{"grace", Role::generate},
                                                                        {"rosa", Role::rotate},
                                                                        {"dora", Role::destroy}})
        : people_(std::move(people)) {
        for (auto const& [name, role] : people_)
            keys_.emplace(name, crypto::SigningKey::generate(crypto::SignatureAlgorithm::ed25519));
    }

    [[nodiscard]] std::string person(std::string const& name, std::string_view role,
                                     std::string const& key_of) const {
        return R"({"name":")" + name + R"(","role":")" + std::string(role) + R"(","key":")" +
               to_base64(keys_.at(key_of).verifying_key().spki()) + R"("})";
    }
    [[nodiscard]] std::string set_text(int version = 1, int approvals = 2) const {
        std::string list;
        for (auto const& [name, role] : people_) {
            if (!list.empty()) list += ",";
            list += person(name, name_of(role).text(), name);
        }
        return set_of(list, version, approvals);
    }
    [[nodiscard]] static std::string set_of(std::string const& people, int version = 1,
                                            int approvals = 2) {
        return R"({"v":1,"version":)" + std::to_string(version) + R"(,"policy":{"approvals":)" +
               std::to_string(approvals) + R"(,"cool_off":)" + std::to_string(kCoolOff) +
               R"(,"lifetime":)" + std::to_string(kLifetime) + R"(},"custodians":[)" + people +
               "]}";
    }
    [[nodiscard]] CustodianSet set(int version = 1) const {
        auto read = CustodianSet::parse(set_text(version));
        SALUS_CHECK(read.has_value());
        return *std::move(read);
    }

    [[nodiscard]] Proposal proposal() const {
        Proposal made;
        made.operation = Operation::erase_patient;
        made.target = "000102030405060708090a0b0c0d0e0f";
        made.reason = "asked for by the patient";
        made.not_before = kProposedAt;
        made.expires = kProposedAt + kLifetime;
        made.nonce = "AAECAwQFBgcICQoLDA0ODw";
        made.instance = kThisInstance;
        made.proposer = CustodianName("dora");
        made.custodians = set().hash();
        made.state = crypto::sha256(bytes_of("state"));
        return made;
    }
    [[nodiscard]] ProposalRecord propose(Proposal const& proposal) const {
        ProposalRecord record;
        auto text = to_text(proposal);
        SALUS_CHECK(text.has_value());
        record.text = *std::move(text);
        record.signature = keys_.at(proposal.proposer.text()).sign(proposal_message(record.hash()));
        record.received = kProposedAt;
        return record;
    }
    [[nodiscard]] Ballot ballot(ProposalRecord const& record, std::string const& who,
                                Decision decision = Decision::approve) const {
        Ballot made{.proposal = record.hash(),
                    .custodian = CustodianName(who),
                    .decision = decision,
                    .signature = {}};
        made.signature = keys_.at(who).sign(ballot_message(made.proposal, decision));
        return made;
    }

    // An order, signed; `who` empty: unsigned.
    [[nodiscard]] OrderRequest order(RotationKind kind, std::int64_t before, std::string const& who,
                                     std::string_view instance = kThisInstance) const {
        OrderRequest made{.kind = kind,
                          .before = before,
                          .instance = std::string(instance),
                          .custodian = CustodianName(who),
                          .signature = {}};
        if (!who.empty()) made.signature = keys_.at(who).sign(order_message(made));
        return made;
    }

private:
    std::vector<std::pair<std::string, Role>> people_;
    std::map<std::string, crypto::SigningKey> keys_;
};

// What three people have agreed on, after `change` made it another proposal.
template <class Change>
Approval approval_for(Change&& change) {
    People const people;
    auto proposal = people.proposal();
    change(proposal);
    auto record = people.propose(proposal);
    for (auto const* who : {"grace", "rosa"})
        record.ballots.push_back({people.ballot(record, who), kProposedAt});
    auto const set = people.set();
    auto approval = Quorum::approve(record, {.custodians = set,
                                             .instance = kThisInstance,
                                             .state = proposal.state,
                                             .now = kProposedAt + kCoolOff});
    SALUS_CHECK(approval.has_value());
    return *std::move(approval);
}
// As an administrator gives it where no custodians are.
inline RotationOrder order_of(RotationKind kind, std::int64_t before) {
    auto order = RotationOrder::judge({.kind = kind,
                                       .before = before,
                                       .instance = std::string(kThisInstance),
                                       .custodian = {},
                                       .signature = {}},
                                      nullptr, kThisInstance, before);
    SALUS_CHECK(order.has_value());
    return *order;
}
inline Approval approval_to_erase(CompartmentId const& compartment) {
    return approval_for([&](Proposal& proposal) { proposal.target = compartment.hex(); });
}

}  // namespace salus::keys
