// `salus policy validate` and `salus policy test`: a policy before it takes effect (AZ-8), from its
// files alone, without an instance.
#include <fmt/format.h>

#include "app/commands.h"
#include "app/policy_folder.h"
#include "app/policy_questions.h"
#include "app/terminal.h"

namespace salus::app {
namespace {

int say_all(PolicyProblems const& problems) {
    for (auto const& problem : problems) say_problem(problem);
    say(fmt::format("{} problem(s)", problems.size()));
    return kFailed;
}

}  // namespace

int policy_validate(std::filesystem::path const& folder) {
    auto const policy = read_policy_folder(folder);
    if (!policy) return say_all(policy.error());
    say(fmt::format("{} rules, no problem", policy->rules().policies().size()));
    return kDone;
}

int policy_test(std::filesystem::path const& folder) {
    auto const policy = read_policy_folder(folder);
    if (!policy) return say_all(policy.error());
    auto const test = test_policy_folder(folder, *policy);
    if (!test) return say_all(test.error());
    for (auto const& problem : test->problems) say_problem(problem);
    if (test->differing > test->problems.size())
        say_problem(fmt::format("and {} more", test->differing - test->problems.size()));
    say(fmt::format("{} rules, {} cases, {} of them come out otherwise",
                    policy->rules().policies().size(), test->cases, test->differing));
    return test->differing == 0 ? kDone : kFailed;
}

}  // namespace salus::app
