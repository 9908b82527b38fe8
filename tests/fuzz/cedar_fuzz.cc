// Any bytes as policies, and as JSON of entities: no crash and no end in sight that is not reached;
// what is parsed is formatted to a text of the same policies, and its evaluation is total.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "cedar/entity_json.h"
#include "cedar/policy_set.h"
#include "foundation/check.h"
#include "json/document.h"

namespace {

using namespace salus;

struct Fixture {
    cedar::EntityUid principal{.type = "User", .id = "ada"};
    cedar::EntityUid action{.type = "Action", .id = "read"};
    cedar::EntityUid resource{.type = "Record", .id = "a"};
    cedar::Record context{{{"a", cedar::Value(std::int64_t{1})}, {"b", cedar::Value(true)}}};
    cedar::EntityTable entities{{{.uid = principal,
                                  .attributes = std::make_shared<cedar::Record const>(context),
                                  .tags = {},
                                  .parents = {{.type = "Role", .id = "a"}}}}};
};

void check_policies(Fixture const& fixture, std::string_view text) {
    auto const policies = cedar::PolicySet::parse(text);
    if (!policies) return;
    std::string formatted;
    for (auto const& policy : policies->policies()) formatted += cedar::to_text(policy);
    auto const again = cedar::parse_policies(formatted);
    // The layout can be longer than what was written, up to the bound and beyond.
    SALUS_CHECK(again || formatted.size() > cedar::kPolicyTextBytes);
    for (std::size_t i = 0; again && i < again->size(); ++i)
        SALUS_CHECK(cedar::same(policies->policies()[i], (*again)[i]));
    auto const response = policies->evaluate({.principal = fixture.principal,
                                              .action = fixture.action,
                                              .resource = fixture.resource,
                                              .context = fixture.context},
                                             fixture.entities);
    SALUS_CHECK(response.satisfied.size() + response.erring.size() <= policies->policies().size());
    SALUS_CHECK(!response.allowed || !response.satisfied.empty());
}

void check_json(std::string_view text) {
    json::Parser parser;
    auto const document = parser.parse(std::string(text));
    if (!document) return;
    static_cast<void>(cedar::read_value(document->root()));
    auto entities = cedar::read_entities(document->root());
    if (!entities) return;
    auto const uids = *entities;
    cedar::EntityTable const table(*std::move(entities));
    for (auto const& entity : uids) SALUS_CHECK(table.is_in(entity.uid, entity.uid));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    static Fixture const fixture;
    std::string_view const input(reinterpret_cast<char const*>(data), size);
    check_policies(fixture, input);
    check_json(input);
    return 0;
}
