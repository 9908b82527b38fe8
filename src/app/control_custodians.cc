// KEY-1 to KEY-3, ENC-5: who decides about keys, and what was destroyed.
#include <array>
#include <fmt/format.h>

#include "app/control_readings.h"
#include "app/instance.h"
#include "audit/leaf.h"
#include "keys/dual_control/quorum.h"
#include "sqlite/database.h"

namespace salus::app {
namespace {

using keys::Decision;
using keys::ProposalRecord;

// Custodians, a proposal and its ballots, made for the purpose.
class Rehearsal {
public:
    Rehearsal() {
        proposal_.operation = keys::Operation::erase_patient;
        proposal_.target = std::string(32, '0');
        proposal_.reason = "a rehearsal";
        proposal_.expires = kNow + 60;
        proposal_.nonce = std::string(22, 'A');
        proposal_.instance = kInstance;
        proposal_.proposer = keys::CustodianName("dora");
    }
    [[nodiscard]] std::string set_text(std::string_view role_of_rosa,
                                       std::size_t key_of_rosa) const {
        auto const person = [this](std::string_view name, std::string_view role, std::size_t key) {
            return fmt::format(R"({{"name":"{}","role":"{}","key":"{}"}})", name, role,
                               to_base64(keys_.at(key).verifying_key().spki()));
        };
        return fmt::format(
            R"({{"v":1,"version":1,"policy":{{"approvals":2,"cool_off":0,"lifetime":60}},)"
            R"("custodians":[{},{},{}]}})",
            person("dora", "destroy", 0), person("grace", "generate", 1),
            person("rosa", role_of_rosa, key_of_rosa));
    }
    // Whether these people, the proposer being dora, get an approval.
    [[nodiscard]] bool approves(keys::CustodianSet const& set, ProposalRecord const& record) const {
        return keys::Quorum::approve(record, {.custodians = set,
                                              .instance = kInstance,
                                              .state = proposal_.state,
                                              .now = kNow})
            .has_value();
    }
    [[nodiscard]] ProposalRecord record(keys::CustodianSet const& set) {
        proposal_.custodians = set.hash();
        ProposalRecord record;
        record.text = to_text(proposal_).value_or("");
        record.signature = keys_[0].sign(keys::proposal_message(record.hash()));
        return record;
    }
    void vote(ProposalRecord& record, std::string_view who, std::size_t key,
              Decision decision = Decision::approve) const {
        keys::Ballot ballot{.proposal = record.hash(),
                            .custodian = keys::CustodianName(std::string(who)),
                            .decision = decision,
                            .signature = {}};
        ballot.signature = keys_.at(key).sign(keys::ballot_message(ballot.proposal, decision));
        record.ballots.push_back({std::move(ballot), kNow});
    }

    // By somebody, with the key of one of them.
    [[nodiscard]] keys::OrderRequest order(std::string_view who, std::size_t key,
                                           std::int64_t age = 0) const {
        keys::OrderRequest order{.kind = keys::RotationKind::data,
                                 .before = kNow - age,
                                 .instance = std::string(kInstance),
                                 .custodian = keys::CustodianName(std::string(who)),
                                 .signature = {}};
        order.signature = keys_.at(key).sign(order_message(order));
        return order;
    }

    static constexpr std::int64_t kNow = 1'800'000'000;
    static constexpr std::string_view kInstance = "rehearsal";

private:
    static crypto::SigningKey make() {
        return crypto::SigningKey::generate(crypto::SignatureAlgorithm::ed25519);
    }
    std::array<crypto::SigningKey, 3> keys_{make(), make(), make()};
    keys::Proposal proposal_;
};

struct Attacks {
    bool honest = false;  // the quorum that should pass does
    int refused = 0;
    static constexpr int kTried = 6;
};

Attacks attack_quorum() {
    Rehearsal rehearsal;
    auto const set = keys::CustodianSet::parse(rehearsal.set_text("rotate", 2));
    if (!set) return {};
    auto const fresh = rehearsal.record(*set);
    Attacks attacks;
    auto const honest = [&] {
        auto record = fresh;
        rehearsal.vote(record, "grace", 1);
        rehearsal.vote(record, "rosa", 2);
        return record;
    };
    attacks.honest = rehearsal.approves(*set, honest());
    auto const attempt = [&](ProposalRecord const& record) {
        attacks.refused += rehearsal.approves(*set, record) ? 0 : 1;
    };
    auto twice = fresh;
    rehearsal.vote(twice, "grace", 1);
    rehearsal.vote(twice, "grace", 1);
    attempt(twice);
    auto proposer = fresh;
    rehearsal.vote(proposer, "grace", 1);
    rehearsal.vote(proposer, "dora", 0);
    attempt(proposer);
    auto forged = fresh;
    rehearsal.vote(forged, "grace", 1);
    rehearsal.vote(forged, "rosa", 1);
    attempt(forged);
    auto changed = honest();
    changed.text.replace(changed.text.find("rehearsal"), 1, "R");
    attempt(changed);
    auto vetoed = honest();
    rehearsal.vote(vetoed, "grace", 1, Decision::veto);
    attempt(vetoed);
    auto replayed = honest();
    replayed.phase = keys::ProposalPhase::executed;
    attempt(replayed);
    return attacks;
}

struct OrderAttacks {
    bool honest = false;
    int refused = 0;
    static constexpr int kTried = 6;
};

OrderAttacks attack_orders(Rehearsal const& rehearsal) {
    auto const set = keys::CustodianSet::parse(rehearsal.set_text("rotate", 2));
    if (!set) return {};
    auto const is_taken = [&](keys::OrderRequest const& order) {
        return keys::RotationOrder::judge(order, &*set, Rehearsal::kInstance, Rehearsal::kNow)
            .has_value();
    };
    auto const honest = rehearsal.order("rosa", 2);
    OrderAttacks attacks;
    attacks.honest = is_taken(honest);
    auto unsigned_order = honest;
    unsigned_order.custodian = {};
    unsigned_order.signature.clear();
    auto changed = honest;
    changed.kind = keys::RotationKind::shard;
    for (auto const& order :
         {unsigned_order, rehearsal.order("grace", 1), rehearsal.order("dora", 0),
          rehearsal.order("rosa", 0), changed, rehearsal.order("rosa", 2, 3'600)}) {
        attacks.refused += is_taken(order) ? 0 : 1;
    }
    return attacks;
}

struct Appointed {
    int tenants = 0;
    int with_custodians = 0;
    int unreadable = 0;
    std::string words;
};

Appointed appointed(EvidenceContext const& context) {
    Appointed result;
    Layout const layout{context.sources.configuration.directory};
    for (auto const& tenant : context.sources.tenants) {
        ++result.tenants;
        auto const bytes = read_file(layout.custodians(tenant.name), keys::kCustodianSetBytes);
        if (!bytes) continue;
        auto const set = keys::CustodianSet::parse(std::string(text_of(*bytes)));
        if (!set) {
            ++result.unreadable;
            continue;
        }
        ++result.with_custodians;
        result.words += fmt::format(
            "; {}: {} custodians, {} approve what another one proposes, {} s before a destruction",
            tenant.name.text(), set->custodians().size(), set->policy().approvals,
            set->policy().cool_off);
    }
    return result;
}

// Without custodians everything that needs them is refused: safe, but not in use.
Finding judged(Appointed const& people, bool holds, std::string evidence) {
    evidence += people.words;
    if (!holds || people.unreadable != 0) return broken(std::move(evidence));
    if (people.with_custodians == people.tenants) return works(std::move(evidence));
    return partly(evidence +
                  fmt::format("; {} of {} tenants have appointed custodians, in the others such "
                              "operations are refused",
                              people.with_custodians, people.tenants));
}

}  // namespace

Finding separate_roles(EvidenceContext const& context) {
    Rehearsal const rehearsal;
    auto const orders = attack_orders(rehearsal);
    int const refused =
        (keys::CustodianSet::parse(rehearsal.set_text("destroy", 2)) ? 0 : 1) +  // nobody rotates
        (keys::CustodianSet::parse(rehearsal.set_text("use", 2)) ? 0 : 1) +
        (keys::CustodianSet::parse(rehearsal.set_text("rotate", 0)) ? 0 : 1);  // one key, two roles
    bool const honest = keys::CustodianSet::parse(rehearsal.set_text("rotate", 2)).has_value();
    return judged(
        appointed(context),
        honest && refused == 3 && orders.honest && orders.refused == OrderAttacks::kTried,
        fmt::format("generate, rotate, destroy are people's roles, use is the server's; tried now: "
                    "{} of 3 sets that join roles were refused; an order of rotation signed by "
                    "who rotates {}, {} of {} others were refused (unsigned, signed by who "
                    "generates or destroys, by another's key, changed, an hour old)",
                    refused, orders.honest ? "is taken" : "is NOT taken", orders.refused,
                    OrderAttacks::kTried));
}

Finding dual_control(EvidenceContext const& context) {
    auto const attacks = attack_quorum();
    auto const& ages = context.sources.configuration.rotation.ages;
    auto const root = ages.find(keys::RotationKind::kek);
    bool const unasked = root != ages.end() && root->second > 0;
    auto evidence = fmt::format(
        "an honest quorum {}; tried now: {} of {} attacks were refused (one person twice, the "
        "proposer, a forged ballot, a changed proposal, a veto ignored, a replay); the root is "
        "replaced {}",
        attacks.honest ? "passes" : "does NOT pass", attacks.refused, Attacks::kTried,
        unasked ? "by age too, without ballots (rotation.kek_days)" : "by proposal only");
    bool const refused = attacks.honest && attacks.refused == Attacks::kTried;
    if (refused && unasked) return partly(std::move(evidence));
    return judged(appointed(context), refused, std::move(evidence));
}

Finding recorded_key_operations(EvidenceContext const& context) {
    audit::LeafBuilder leaf(audit::Event::key_executed, audit::Outcome::ok);
    leaf.key_operation({.operation = "erase-patient",
                        .proposal = std::string(64, '0'),
                        .proposer = audit::CustodianName("dora"),
                        .approvers = {audit::CustodianName("grace"), audit::CustodianName("rosa")},
                        .voter = {},
                        .decision = {}});
    auto const record = std::move(leaf).build();
    bool const named = record && record->members().contains(R"("proposer":"dora")") &&
                       record->members().contains(R"("approvers":["grace","rosa"])");
    audit::LeafBuilder write(audit::Event::create, audit::Outcome::ok);
    write.client(ClientId("rehearsal")).intent().number("new_key", 1);
    auto const made = std::move(write).build();
    bool const caused = made && made->members().contains(R"("new_key":1)") &&
                        made->members().contains(R"("client":"rehearsal")");
    bool open = true;
    for (auto const& tenant : context.sources.tenants)
        open = open && tenant.audit_log.status().state == audit::State::open;
    return works_if(
        named && caused && open,
        fmt::format("a leaf {} who proposed and who approved, and {} who caused a new data key; "
                    "the logs {}",
                    named ? "names" : "does NOT name", caused ? "names" : "does NOT name",
                    open ? "are open" : "are CLOSED"));
}

Finding erasure(EvidenceContext const& context) {
    Layout const layout{context.sources.configuration.directory};
    std::int64_t tombstones = 0;
    std::int64_t left = 0;
    for (auto const& tenant : context.sources.tenants) {
        auto const file = layout.tenant_keys(tenant.name) / "keys.db";
        if (!std::filesystem::exists(file)) continue;
        auto database = sqlite::Database::open(file, {.access = sqlite::Access::read_only,
                                                      .checkpoints = sqlite::Checkpoints::by_hand});
        if (!database) return broken("the key store cannot be examined");
        auto const destroyed = database->number(
            "SELECT count(DISTINCT compartment) FROM data_key AS d WHERE NOT EXISTS "
            "(SELECT 1 FROM data_key AS e WHERE e.compartment = d.compartment AND e.state <> 3)");
        auto const wrapped = database->number(
            "SELECT count(*) FROM data_key WHERE state = 3 AND length(wrapped) > 0");
        if (!destroyed || !wrapped) return broken("the key store cannot be examined");
        tombstones += *destroyed;
        left += *wrapped;
    }
    bool const certifies = std::filesystem::exists(layout.certificate_public_key());
    return judged(appointed(context), left == 0,
                  fmt::format("{} compartments without a key for ever; of destroyed keys {} are "
                              "still there; certificates are {}",
                              tombstones, left,
                              certifies ? "signed by keys/certificate-of-destruction.pub"
                                        : "not signed yet"));
}

}  // namespace salus::app
