// Arbitrary bytes as a proposal, as what is kept of one, as a set of custodians and as a ballot: no
// crash, one spelling, and nothing is approved that nobody signed. Then the bytes as an order of
// genuine ballots: whatever it is, what they approve has two people of two roles beside the
// proposer, no veto, and its cool-off behind it (KEY-2).
#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
#include <string>

#include "foundation/check.h"
#include "keys/dual_control/dual_control_for_test.h"

namespace keys = salus::keys;

namespace {

constexpr std::array kNames{"grace", "rosa", "ravi", "dora"};

struct Fixture {
    keys::People people{{{"grace", keys::Role::generate},
                         {"rosa", keys::Role::rotate},
                         {"ravi", keys::Role::rotate},
                         {"dora", keys::Role::destroy}}};
    keys::CustodianSet set = people.set();
    keys::Proposal proposal = people.proposal();
    keys::ProposalRecord proposed = people.propose(proposal);
    // Of each of them: an approval and a veto.
    std::vector<std::array<keys::Ballot, 2>> ballots = cast();

    [[nodiscard]] std::vector<std::array<keys::Ballot, 2>> cast() const {
        std::vector<std::array<keys::Ballot, 2>> made;
        for (auto const* who : kNames) {
            made.push_back({people.ballot(proposed, who, keys::Decision::approve),
                            people.ballot(proposed, who, keys::Decision::veto)});
        }
        return made;
    }
};

bool is_approved(Fixture const& fixture, keys::ProposalRecord const& record, std::int64_t now) {
    return keys::Quorum::approve(record, {.custodians = fixture.set,
                                          .instance = keys::kThisInstance,
                                          .state = fixture.proposal.state,
                                          .now = now})
        .has_value();
}

void check_texts(Fixture const& fixture, std::string const& text) {
    if (auto const proposal = keys::parse_proposal(text)) {
        SALUS_CHECK(keys::to_text(*proposal).value() == text);
    }
    if (auto const set = keys::CustodianSet::parse(text)) {
        SALUS_CHECK(keys::CustodianSet::parse(set->text()).value().text() == set->text());
    }
    if (auto const record = keys::parse_proposal_record(text)) {
        SALUS_CHECK(!is_approved(fixture, *record, record->received));
        SALUS_CHECK(!keys::Quorum::resume(*record, keys::kThisInstance));
        SALUS_CHECK(keys::parse_proposal_record(to_json(*record)).has_value());
    }
    salus::json::Parser parser;
    auto const document = parser.parse(text);
    if (!document) return;
    auto const ballot = keys::read_ballot(document->root());
    if (!ballot) return;
    for (auto const& custodian : fixture.set.custodians()) {
        SALUS_CHECK(!keys::is_signed_by(*ballot, custodian));
    }
}

// What a custodian signed, changed at some places: (place, difference) each.
std::string changed(std::string text, salus::BytesView bytes) {
    for (std::size_t i = 0; i + 1 < bytes.size(); i += 2) {
        auto& at = text[bytes[i] * text.size() / 256];
        at = static_cast<char>(static_cast<std::uint8_t>(at) ^ bytes[i + 1]);
    }
    return text;
}

// Each byte is a ballot: who, how, when. They are put where the store would have them, past all
// that admit() refuses.
void check_ballots(Fixture const& fixture, salus::BytesView bytes) {
    auto record = fixture.proposed;
    std::map<std::string, std::int64_t> approvers;  // since when
    bool vetoed = false;
    for (auto const byte : bytes.first(std::min<std::size_t>(bytes.size(), 12))) {
        std::string const who = kNames.at(byte % 4U);
        bool const approves = (byte & 4U) == 0;
        auto const received = keys::kProposedAt + std::int64_t{byte} * 64;
        record.ballots.push_back({fixture.ballots.at(byte % 4U).at(approves ? 0 : 1), received});
        if (approves && who != "dora") {
            auto const known = approvers.try_emplace(who, received).first;
            known->second = std::min(known->second, received);
        }
        vetoed = vetoed || !approves;
    }
    auto const now = keys::kProposedAt + std::int64_t{bytes.empty() ? 0U : bytes.back()} * 256;
    if (!is_approved(fixture, record, now)) return;
    SALUS_CHECK(!vetoed);
    SALUS_CHECK(approvers.size() >= 2);
    SALUS_CHECK(approvers.contains("grace"));  // rosa and ravi have one role
    for (auto const& [who, since] : approvers) SALUS_CHECK(now >= since + keys::kCoolOff);
    SALUS_CHECK(now <= keys::kProposedAt + keys::kLifetime);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    static Fixture const fixture;
    salus::BytesView const bytes(data, size);
    check_texts(fixture, std::string(salus::text_of(bytes)));
    check_texts(fixture, changed(fixture.proposed.text, bytes));
    check_texts(fixture, changed(to_json(fixture.proposed), bytes));
    check_texts(fixture, changed(fixture.set.text(), bytes));
    check_ballots(fixture, bytes);
    return 0;
}
