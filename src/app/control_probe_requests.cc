// Probes with malformed and overreaching requests: API-1, API-2, API-3, MIN-2, MIN-3.
#include <algorithm>
#include <array>
#include <fmt/format.h>

#include "app/control_prober.h"
#include "json/document.h"

namespace salus::app {
namespace {

// Stands where a patient's data would stand; must come back in no error.
constexpr std::string_view kMarker = "SALUS-PROBE-MARKER";

bool is_refused_content(int status) {
    return status == 400 || status == 422;
}

void probe_schemas(ProbeTarget const& target, Prober& prober, std::vector<ProbeResult>& results) {
    if (target.create_token.empty()) return;
    static constexpr auto kBodies = std::to_array<std::string_view>({
        R"({"resourceType":"Basic","code":{"text":"a"},"code":{"text":"b"}})",
        R"({"resourceType":"Basic","code":{"text":"a"},"salusProbe":true})",
        R"({"resourceType":"Basic","code":[{"text":"a"}]})",
        R"({"resourceType":"Basic","code":{"text":"a"})",
        R"({"resourceType":"Patient"})",
    });
    std::size_t refused = 0;
    bool stored = false;
    for (auto const body : kBodies) {
        auto const status = prober.post("/fhir/Basic", target.create_token, body).status;
        refused += is_refused_content(status) ? 1U : 0U;
        stored = stored || (status >= 200 && status < 300);
    }
    results.push_back({.control = "API-1",
                       .passed = refused == kBodies.size(),
                       .text = fmt::format("{} of {} malformed resources refused{}", refused,
                                           kBodies.size(), stored ? "; one was STORED" : "")});
}

void probe_paths(ProbeTarget const& target, Prober& prober, std::vector<ProbeResult>& results) {
    static constexpr auto kPaths = std::to_array<std::string_view>({
        "//admin/check",
        "/fhir/../admin/check",
        "/./admin/check",
        "/admin/%63heck",
        "/admin%2fcheck",
        "/fhir/%2e%2e/admin/check",
        "/admin/check/",
    });
    std::size_t refused = 0;
    for (auto const path : kPaths) {
        auto const status = prober.get(path, target.administrator_token).status;
        refused += status == 400 || status == 404 ? 1U : 0U;
    }
    results.push_back({.control = "API-2",
                       .passed = refused == kPaths.size(),
                       .text = fmt::format("{} of {} other spellings of a route refused", refused,
                                           kPaths.size())});
}

// Whether an error is in the standard form, has the request's id and tells nothing that was sent.
bool is_generic(Prober::Answer const& answer) {
    if (answer.status < 400 || !answer.has_request_id) return false;
    if (answer.body.contains(kMarker)) return false;
    json::Parser parser;
    auto const document = parser.parse(answer.body);
    return document && document->root().text_member("resourceType") == "OperationOutcome";
}

void probe_errors(ProbeTarget const& target, Prober& prober, std::vector<ProbeResult>& results) {
    auto const& token = target.administrator_token;
    auto const in_id = fmt::format("/fhir/Patient/{}", kMarker);
    auto const in_query = fmt::format("/fhir/Patient?name={}", kMarker);
    auto const in_name = fmt::format("/fhir/Patient?{}=1", kMarker);
    auto const in_type = fmt::format("/fhir/{}/1", kMarker);
    auto const in_body = fmt::format(R"({{"resourceType":"Basic","{}":"{}"}})", kMarker, kMarker);
    auto const answers = std::to_array<Prober::Answer>({
        prober.get(in_id, token),
        prober.get(in_query, token),
        prober.get(in_name, token),
        prober.get(in_type, token),
        prober.get(in_id, kMarker),
        prober.post("/fhir/Basic", target.create_token, in_body),
    });
    auto const generic = std::ranges::count_if(answers, is_generic);
    bool const all = generic == static_cast<std::ptrdiff_t>(answers.size());
    results.push_back(
        {.control = "API-3",
         .passed = all,
         .text = fmt::format("{} of {} errors were OperationOutcomes with a request id and without "
                             "what was sent",
                             generic, answers.size())});
}

void probe_searches(ProbeTarget const& target, Prober& prober, std::vector<ProbeResult>& results) {
    if (target.search_token.empty()) return;
    auto const& token = target.search_token;
    auto const by_code = prober.get("/fhir/Observation?code=x", token).status;
    auto const everything = prober.get("/fhir/Observation", token).status;
    results.push_back(
        {.control = "MIN-3",
         .passed = by_code == 403 && everything == 403,
         .text = fmt::format("all observations {}, all of one code {}", everything, by_code)});
    auto const forged = prober.get("/fhir/Observation?_cursor=AAAA", token).status;
    results.push_back({.control = "MIN-2",
                       .passed = forged == 400,
                       .text = fmt::format("a forged cursor {}", forged)});
}

}  // namespace

void probe_requests(ProbeTarget const& target, Prober& prober, std::vector<ProbeResult>& results) {
    probe_schemas(target, prober, results);
    probe_paths(target, prober, results);
    probe_errors(target, prober, results);
    probe_searches(target, prober, results);
}

}  // namespace salus::app
