// What authorization costs a read, as one line of JSON for each policy and caller: microseconds of
// processor time and allocations, the median of rounds. `permit`: from the caller and the intent to
// the permit. `found`: the record that was then found, judged by itself. `decide`: the decision
// alone, which is a part of `permit`.
//   build/release/authorization_bench policies/hospital
//   valgrind --tool=callgrind build/release/authorization_bench policies/hospital 1000 physician
// The second is for counting instructions: one round of so many times, for one caller.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <new>
#include <optional>
#include <string>
#include <vector>

#include "authorization/decide.h"
#include "authorization/purpose_rule.h"
#include "foundation/check.h"
#include "foundation/file.h"
#include "request/caller_for_test.h"
#include "request/intent_for_test.h"

namespace {

std::size_t allocations = 0;

}  // namespace

// Counted: all that this program takes. The rooms bring their operator delete
// (src/foundation/allocation.cc), which frees.
void* operator new(std::size_t size) {
    ++allocations;
    if (void* const memory = std::malloc(size)) return memory;
    throw std::bad_alloc();
}

namespace {

using namespace salus;
using authorization::AllowedTypes;
using authorization::Policy;
using authorization::PurposeRule;
using request::Interaction;
using request::PurposeOfUse;

struct Rounds {
    int rounds = 41;
    int times = 2'000;  // of one round
};
constexpr WallTime kNow{std::chrono::seconds(1'795'421'730)};

double processor_microseconds() {
    timespec time{};
    ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) * 1e6 + static_cast<double>(time.tv_nsec) / 1e3;
}

struct Cost {
    double microseconds = 0;
    double allocations = 0;
};

template <class Work>
Cost cost_of(Rounds const& wanted, Work work) {
    std::vector<double> rounds;
    auto const before = allocations;
    for (int round = 0; round < wanted.rounds; ++round) {
        auto const begun = processor_microseconds();
        for (int i = 0; i < wanted.times; ++i) work();
        rounds.push_back((processor_microseconds() - begun) / wanted.times);
    }
    auto const taken = static_cast<double>(allocations - before);
    std::ranges::sort(rounds);
    return {rounds[rounds.size() / 2], taken / (double(wanted.rounds) * wanted.times)};
}

PurposeRule rule(char const* id, PurposeOfUse purpose, AllowedTypes const& types) {
    return {.id = PolicyRuleId(id),
            .purpose = purpose,
            .read = types,
            .write = types,
            .remove = types,
            .elements = {}};
}

// As a new instance has them, as far as they speak of a read for treatment: each rule counts for
// its own purpose only.
Policy tables() {
    AllowedTypes const every{.all = true, .names = {}};
    AllowedTypes const some{.all = false, .names = {"Claim", "Coverage", "Encounter", "Patient"}};
    auto payment = rule("policy.HPAYMT", PurposeOfUse::payment, some);
    for (auto const* type : {"Encounter", "Patient", "Procedure"})
        payment.elements[type] = {.all = false, .names = {"birthDate", "identifier", "name"}};
    return Policy({.rules = {rule("policy.TREAT", PurposeOfUse::treatment, every), payment,
                             rule("policy.HOPERAT", PurposeOfUse::operations, some),
                             rule("policy.SYSADMIN", PurposeOfUse::system_administration, {})}});
}

Policy hospital(std::filesystem::path const& folder) {
    std::vector<std::filesystem::path> paths;
    for (auto const& entry : std::filesystem::directory_iterator(folder)) {
        if (entry.path().extension() == ".cedar") paths.push_back(entry.path());
    }
    std::ranges::sort(paths);
    std::string text;
    for (auto const& path : paths)
        text += std::string(text_of(read_file(path, std::size_t{8} << 20U).value())) + "\n";
    return Policy::parse(std::move(text)).value();
}

// Whoever is asked about is cared for: what is looked up in the records is not what is measured.
class EverybodyCares final : public request::CareRelationships {
public:
    Result<bool> hold(std::string_view /*practitioner*/,
                      CompartmentId const& /*patient*/) override {
        return true;
    }
};

request::CallerFacts caller(char const* role, PurposeOfUse purpose, char const* scopes) {
    auto facts = testing::facts_of_caller(scopes, purpose);
    facts.roles = {*request::RoleName::parse(role)};
    return facts;
}

request::CallerFacts person(char const* role, PurposeOfUse purpose, char const* scopes) {
    auto facts = caller(role, purpose, scopes);
    facts.person = request::Person{.id = UserId(std::string(32, 'a')),
                                   .grant = "g",
                                   .acr = "phr",
                                   .authenticated = kNow - std::chrono::seconds(60),
                                   .practitioner = "Practitioner/p1"};
    return facts;
}

request::AccessFacts at_work() {
    request::AccessFacts access;
    access.network.zone = request::NetworkZone::internal;
    access.local = {.hour = 10, .weekday = 2};
    access.device.managed = true;
    access.device.encrypted = true;
    access.recent = {.requests = 100, .patients = 5, .refusals = 0};
    return access;
}

request::IntentFacts read_of(std::optional<CompartmentId> const& compartment) {
    auto intent = testing::facts_of_intent(Interaction::read, "Patient");
    intent.id = EphiText(std::string("p1"));
    intent.compartment = compartment;
    return intent;
}

struct Question {
    char const* name;
    request::CallerFacts caller;
    std::optional<CompartmentId> compartment{};  // named by the request
};

void measure(Rounds const& rounds, char const* name, Policy const& policy, Question const& asked) {
    EverybodyCares care;
    authorization::Authorization const authorization(policy, care);
    auto const who = testing::make_caller(asked.caller);
    auto const found_in = CompartmentId::from(crypto::Sha256Digest{1});
    bool const cares = asked.caller.person && !asked.caller.person->practitioner.empty();
    auto const ask = [&] {
        request::Exchange exchange;
        exchange.started = kNow;
        exchange.access = at_work();
        exchange.facts.caller = who;
        return std::pair(std::move(exchange), testing::make_intent(read_of(asked.compartment)));
    };
    auto const permitted = [&] {
        auto [exchange, intent] = ask();
        return authorization.permit(exchange, std::move(intent)).value();
    };
    auto const left = [&](request::Permit const& permit) {
        auto const& constraints = permit.constraints();
        if (constraints.leave_all(Interaction::read, "Patient", found_in)) return;
        request::ResourceConstraints::Found const found{.care = cares};
        SALUS_CHECK(
            !constraints.ask_for_places(Interaction::read, "Patient", found_in, found) &&
            constraints.leave_found(Interaction::read, "Patient", found_in, found).has_value());
    };
    auto const asking = cost_of(rounds, [&] { static_cast<void>(ask()); });
    auto const permit = cost_of(rounds, [&] { static_cast<void>(permitted()); });
    auto const whole = cost_of(rounds, [&] { left(permitted()); });
    auto const intent = read_of(asked.compartment);
    authorization::Circumstances const circumstances{
        .now = kNow, .access = at_work(), .care_relationship = true};
    auto const decided = cost_of(rounds, [&] {
        SALUS_CHECK(authorization::decide(policy, asked.caller, intent, circumstances).allowed);
    });
    std::printf(
        "{\"policy\":\"%s\",\"caller\":\"%s\",\"whole\":%.2f,\"permit\":%.2f,\"found\":%.2f,"
        "\"decide\":%.2f,\"allocations\":%.0f}\n",
        name, asked.name, whole.microseconds - asking.microseconds,
        permit.microseconds - asking.microseconds, whole.microseconds - permit.microseconds,
        decided.microseconds, whole.allocations - asking.allocations);
}

}  // namespace

int main(int count, char** arguments) {
    SALUS_CHECK(count == 2 || count == 4);
    auto patient = person("patient", PurposeOfUse::patient_request, "patient/*.rs");
    patient.patient_compartment = CompartmentId::from(crypto::Sha256Digest{1});
    patient.person->practitioner.clear();
    patient.person->is_patient = true;
    std::vector<Question> const questions{
        {"service", caller("service", PurposeOfUse::treatment, "system/*.rs")},
        {"physician", person("physician", PurposeOfUse::treatment, "user/*.rs")},
        {"patient", patient, patient.patient_compartment}};
    auto const policy = hospital(arguments[1]);
    if (count == 4) {
        Rounds const once{.rounds = 1, .times = std::atoi(arguments[2])};
        for (auto const& question : questions)
            if (question.name == std::string_view(arguments[3]))
                measure(once, "hospital", policy, question);
        return 0;
    }
    for (auto const& question : questions) {
        // The tables know no patients.
        if (!question.compartment) measure({}, "tables", tables(), question);
        measure({}, "hospital", policy, question);
    }
    return 0;
}
