// What the tests of the room share: leaves of a log, made by the builder that requests use.
#pragma once

#include "audit/log_fixture.h"
#include "audit/pruning.h"
#include "audit/retention.h"
#include "audit_views/recorded_leaf.h"

namespace salus::audit_views {

inline CompartmentId patient_for_test(std::uint8_t number) {
    CompartmentId::Array bytes{};
    bytes.fill(number);
    return CompartmentId(bytes);
}

// A request's leaf as the gate builds it.
inline audit::LeafBuilder request_leaf(audit::Event event, audit::Outcome outcome,
                                       std::string const& client = "client-1") {
    audit::LeafBuilder builder(event, outcome);
    builder.client(ClientId(client)).tenant(TenantName("tenant"));
    builder.request(RequestId("request-1")).scopes({"system/*.rs"}).purpose("TREAT");
    builder.rule(PolicyRuleId("scope:system/*.rs")).status(200);
    return builder;
}

inline audit::LeafBuilder& with_resource(audit::LeafBuilder& builder, std::string_view type,
                                         std::uint8_t number = 7) {
    Address::Array address{};
    address.fill(number);
    crypto::Sha256Digest stored{};
    stored.fill(number);
    return builder.resource({type}, Address(address), 1, stored);
}

// A log whose leaves are read back as the views read them.
class EventsTest : public audit::LogTest {
protected:
    void SetUp() override { ASSERT_TRUE(open()); }

    std::uint64_t add(audit::LeafBuilder& builder) {
        auto const positions = append(*builder.build());
        EXPECT_TRUE(positions);
        return positions ? positions->front().index : 0;
    }
    std::vector<RecordedLeaf> read() {
        std::vector<RecordedLeaf> all;
        for (auto const& json : leaves()) {
            auto leaf = read_leaf(json, parser_);
            EXPECT_TRUE(leaf);
            if (leaf) all.push_back(*std::move(leaf));
        }
        return all;
    }
    RecordedLeaf read_one(audit::LeafBuilder& builder) {
        auto const index = add(builder);
        return read().at(static_cast<std::size_t>(index));
    }

    // Six years later: removes the segments whose retention is over.
    std::optional<audit::RecordedPruning> prune() {
        auto const state = audit::judge_retention(directory_, *audit::RetentionPeriod::of_years(6),
                                                  {}, clock_.now());
        if (!state || !state->due) return std::nullopt;
        auto const prefix = state->due->with({});
        audit::LeafBuilder leaf(audit::Event::retention_pruned, audit::Outcome::ok);
        auto const index = add(leaf.pruned(prefix));
        auto const recorded = audit::declare_pruned(directory_, *state->due, prefix, index);
        if (!recorded || !audit::remove_pruned_segments(directory_, *recorded)) return std::nullopt;
        return *recorded;
    }

    json::Parser parser_;
};

}  // namespace salus::audit_views
