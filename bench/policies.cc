// What one decision of 200 policies costs, as one line of JSON, microseconds of processor time: of
// many different requests, each the median of its rounds, the median and the 99th of a hundred; how
// many policies were satisfied on average; and what making the policies ready costs.
//   build/release/policies_bench
#include <algorithm>
#include <cstdio>
#include <ctime>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "cedar/policy_set.h"
#include "foundation/check.h"

namespace {

using namespace salus::cedar;

constexpr int kRoles = 10;
constexpr int kPolicies = 200;
constexpr int kRequests = 500;
constexpr int kRounds = 15;  // of one request
constexpr int kTimes = 200;  // of one round

double processor_microseconds() {
    timespec time{};
    ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) * 1e6 + static_cast<double>(time.tv_nsec) / 1e3;
}

std::string text(char const* type, std::string const& id) {
    return std::string(type) + "::\"" + id + "\"";
}

// A hospital's: what roles may do with types of records, the walls, and what limits access.
std::string policies() {
    std::vector<std::string> const types{"Observation", "Condition", "Patient",     "Encounter",
                                         "Procedure",   "Claim",     "Appointment", "Consent"};
    std::vector<std::string> const actions{
        "action == Action::\"read\"", "action in [Action::\"read\", Action::\"search\"]",
        "action in [Action::\"create\", Action::\"update\"]", "action == Action::\"search\""};
    std::vector<std::string> const conditions{
        R"(when { context.purpose == "TREAT" && resource.careRelationship })",
        R"(when { ["TREAT", "HOPERAT"].contains(context.purpose) && context.hour >= 7 })",
        R"(when { resource.own || resource.represented })",
        R"(when { context.acr == "phr" } unless { resource.labels.contains("PSY") })",
        R"(when { context.network.zone == "internal" && context.device.managed })"};
    std::string all =
        "forbid(principal, action, resource is Record) unless { principal.tenant == "
        "resource.tenant };\n"
        "forbid(principal, action, resource) when { context.network.zone == \"denied\" };\n"
        "forbid(principal, action, resource is Record) when { "
        "resource.labels.contains(\"42CFRPart2\") && context.purpose != \"TREAT\" };\n"
        "forbid(principal, action, resource) when { "
        "context.network.address.isInRange(ip(\"192.0.2.0/24\")) };\n";
    for (int i = 4; i < kPolicies - 20; ++i) {
        auto const number = static_cast<std::size_t>(i);
        auto const role = text("Role", "role" + std::to_string(i % kRoles));
        auto const type = text("Type", types[number / 3 % types.size()]);
        all += "permit(principal in " + role + ", " + actions[number / 7 % actions.size()] +
               ", resource in " + type + ") " + conditions[number / 2 % conditions.size()] + ";\n";
    }
    for (int i = kPolicies - 20; i < kPolicies; ++i)
        all +=
            "permit(principal, action == Action::\"limit\", resource is Record) when { "
            "resource.labels.contains(\"L" +
            std::to_string(i) + "\") && context.purpose != \"TREAT\" };\n";
    return all;
}

Value texts(std::vector<std::string> const& list) {
    std::vector<Value> values;
    for (auto const& one : list) values.emplace_back(one);
    return Value(Set(std::move(values)));
}

RecordPointer record(std::vector<Record::Member> members) {
    return std::make_shared<Record const>(std::move(members));
}

Value number(int value) {
    return Value(std::int64_t{value});
}

Record context_of(int i) {
    std::vector<std::string> const purposes{"TREAT", "HPAYMT", "HOPERAT", "ETREAT"};
    return Record({
        {"purpose", Value(purposes[static_cast<std::size_t>(i) % purposes.size()])},
        {"action", Value(std::string("read"))},
        {"now", Value(DateTime{1'795'000'000'000 + i})},
        {"hour", number(i % 24)},
        {"weekday", number(i % 7 + 1)},
        {"acr", Value(std::string(i % 2 == 0 ? "phr" : "mfa"))},
        {"authAge", number(i)},
        {"network", Value(record({{"zone", Value(std::string("internal"))},
                                  {"country", Value(std::string("DE"))},
                                  {"reputation", number(0)},
                                  {"address", Value(IpRange{.version_6 = false,
                                                            .address = {10, 1, 2, 3},
                                                            .prefix = 32})}}))},
        {"device",
         Value(record(
             {{"managed", Value(true)}, {"encrypted", Value(true)}, {"claimed", Value(false)}}))},
        {"recent",
         Value(record(
             {{"requests", number(i)}, {"patients", number(i % 9)}, {"refusals", number(0)}}))},
        {"emergency", Value(false)},
    });
}

// What one request is about: a person with two roles, and a record of a type.
struct Question {
    EntityUid principal;
    EntityUid action;
    EntityUid resource;
    Record context;
    std::unique_ptr<EntityTable> entities;
};

Question question(int i) {
    std::vector<std::string> const types{"Observation", "Condition", "Claim", "Patient"};
    std::vector<std::string> const actions{"read", "search", "update", "limit"};
    auto const at = static_cast<std::size_t>(i);
    auto const role = [i](int step) {
        return EntityUid{.type = "Role", .id = "role" + std::to_string((i + step) % kRoles)};
    };
    EntityUid const type{.type = "Type", .id = types[at % types.size()]};
    EntityUid const group{.type = "TypeGroup", .id = "clinical"};
    Question made{.principal = {.type = "User", .id = "u" + std::to_string(i)},
                  .action = {.type = "Action", .id = actions[at / 4 % actions.size()]},
                  .resource = {.type = "Record", .id = type.id},
                  .context = context_of(i),
                  .entities = {}};
    auto const person =
        record({{"tenant", Value(std::string("clinic"))}, {"client", Value(std::string("app"))}});
    auto const about = record({{"tenant", Value(std::string("clinic"))},
                               {"inPatient", Value(true)},
                               {"own", Value(i % 5 == 0)},
                               {"represented", Value(false)},
                               {"careRelationship", Value(i % 3 != 0)},
                               {"labels", texts({"N", i % 4 == 0 ? "PSY" : "R"})}});
    made.entities = std::make_unique<EntityTable>(std::vector<Entity>{
        {.uid = made.principal, .attributes = person, .tags = {}, .parents = {role(0), role(3)}},
        {.uid = made.resource, .attributes = about, .tags = {}, .parents = {type}},
        {.uid = type, .attributes = {}, .tags = {}, .parents = {group}},
    });
    return made;
}

double median(std::vector<double> rounds) {
    std::ranges::sort(rounds);
    return rounds[rounds.size() / 2];
}

double cost_of(PolicySet const& policies, Question const& asked, Response& response) {
    Request const request{.principal = asked.principal,
                          .action = asked.action,
                          .resource = asked.resource,
                          .context = asked.context};
    std::vector<double> rounds;
    for (int round = 0; round < kRounds; ++round) {
        auto const begun = processor_microseconds();
        for (int i = 0; i < kTimes; ++i) policies.evaluate(request, *asked.entities, response);
        rounds.push_back((processor_microseconds() - begun) / kTimes);
    }
    SALUS_CHECK(response.erring.empty());
    return median(std::move(rounds));
}

}  // namespace

int main() {
    auto const text = policies();
    std::vector<double> ready;
    for (int round = 0; round < kRounds; ++round) {
        auto const begun = processor_microseconds();
        SALUS_CHECK(PolicySet::parse(text).has_value());
        ready.push_back(processor_microseconds() - begun);
    }
    auto const set = PolicySet::parse(text).value();
    SALUS_CHECK(set.policies().size() == kPolicies);
    Response response;
    std::vector<double> costs;
    std::size_t satisfied = 0;
    std::size_t allowed = 0;
    for (int i = 0; i < kRequests; ++i) {
        costs.push_back(cost_of(set, question(i), response));
        satisfied += response.satisfied.size();
        allowed += response.allowed ? 1 : 0;
    }
    std::ranges::sort(costs);
    SALUS_CHECK(allowed > 0 && allowed < kRequests);
    std::printf("{\"decision\":%.2f,\"decision_99\":%.2f,\"satisfied\":%.1f,\"ready\":%.0f}\n",
                costs[costs.size() / 2], costs[costs.size() * 99 / 100],
                static_cast<double>(satisfied) / kRequests, median(std::move(ready)));
    return 0;
}
