// API: the interface. Tries parsers on attacks of its own.
#include <array>
#include <charconv>
#include <fmt/format.h>
#include <unistd.h>

#include "app/control_readings.h"
#include "fhir/operation_outcome.h"
#include "fhir/resource.h"
#include "foundation/file.h"
#include "request/form.h"

namespace salus::app {
namespace {

constexpr std::size_t kStatusBytes = 64 * limits::kKiB;

// The number behind a name of /proc/self/status.
std::optional<int> status_number(std::string_view status, std::string_view name) {
    auto const line = status.find(name);
    if (line == std::string_view::npos) return std::nullopt;
    auto const digits = status.find_first_of("0123456789", line + name.size());
    int value = 0;
    if (digits == std::string_view::npos) return std::nullopt;
    std::from_chars(status.data() + digits, status.data() + status.size(), value);
    return value;
}

}  // namespace

Finding strict_schemas(EvidenceContext const&) {
    static constexpr auto kBad = std::to_array<std::string_view>({
        R"({"resourceType":"Basic","id":"a","id":"b"})",
        R"({"resourceType":"Basic","unknown":1})",
        R"({"resourceType":"NoSuchType"})",
        R"({"resourceType":"Patient","birthDate":"1970-13-01"})",
        R"({"resourceType":"Patient","active":"true"})",
        R"({"resourceType":"Patient","name":{"family":"x"}})",
        R"({"resourceType":"Patient")",
        "{\"resourceType\":\"Patient\",\"gender\":\"\xff\"}",
    });
    json::Parser parser;
    std::size_t refused = 0;
    for (auto const text : kBad) {
        refused += fhir::Reader::parse(EphiText(std::string(text)), parser) ? 0U : 1U;
    }
    bool const good =
        fhir::Reader::parse(EphiText(std::string(R"({"resourceType":"Patient"})")), parser)
            .has_value();
    return works_if(good && refused == kBad.size(),
                    fmt::format("{} resource types; tried now: {} of {} malformed resources "
                                "refused, a good one {}",
                                fhir::resource_types().size(), refused, kBad.size(),
                                good ? "accepted" : "refused"));
}

Finding canonical_requests(EvidenceContext const&) {
    static constexpr auto kBad = std::to_array<std::string_view>(
        {"/fhir//Patient", "/fhir/./Patient", "/fhir/../admin", "/fhir/%2e%2e/admin",
         "/fhir/Patient%2f1", "/fhir/%50atient/1", "/fhir/%", "/fhir/%zz", "fhir/Patient"});
    std::size_t refused = 0;
    for (auto const target : kBad) refused += request::parse_target(target) ? 0U : 1U;
    bool const good = request::parse_target("/fhir/Patient/1").has_value();
    return works_if(
        good && refused == kBad.size(),
        fmt::format("tried now: {} of {} other spellings refused; bounds: {} MiB body, {} headers, "
                    "JSON depth {}, {} parameters; SQL is written in the source, with bound values",
                    refused, kBad.size(), limits::kBodyBytes / limits::kMiB, limits::kHeaderCount,
                    limits::kJsonDepth, limits::kSearchParameters));
}

Finding generic_errors(EvidenceContext const&) {
    auto const text = fhir::operation_outcome(Error{Errc::invalid, "probe", Location("Patient")});
    json::Parser parser;
    auto const outcome = parser.parse(text);
    bool const form = outcome && outcome->root().text_member("resourceType") == "OperationOutcome";
    bool const free_text = std::is_constructible_v<Literal, std::string>;
    return works_if(form && !free_text,
                    fmt::format("errors are OperationOutcomes: {}; made of texts in the source "
                                "only: {}",
                                form ? "yes" : "no", free_text ? "no" : "yes, by type"));
}

Finding connection_limits(EvidenceContext const& context) {
    auto text = fmt::format(
        "at most {} connections, {} s for headers, {} s for a body, {} MiB of "
        "bodies in flight",
        limits::kConnections, limits::kHeaderTime.count(), limits::kBodyTime.count(),
        limits::kBodyBytesInFlight / limits::kMiB);
    if (context.server == nullptr) return partly(text + "; stopped: nothing listens");
    auto const now = context.server->statistics();
    text.append(fmt::format("; now {} open, {} refused, {} timed out, {} requests refused",
                            now.connections, now.connections_refused, now.timeouts,
                            now.requests_refused));
    return works_if(now.connections <= limits::kConnections, std::move(text));
}

Finding runtime_privileges(EvidenceContext const&) {
    auto const contents = read_file("/proc/self/status", kStatusBytes);
    if (!contents) return broken("the kernel does not tell about the process");
    auto const status = text_of(*contents);
    auto const new_privileges = status_number(status, "\nNoNewPrivs:").value_or(0);
    auto const seccomp = status_number(status, "\nSeccomp:").value_or(0);
    bool const root = ::geteuid() == 0;
    return partly(
        fmt::format("runs as {}; seccomp {}; new privileges {}",
                    root ? "root: give it a user of its own" : fmt::format("user {}", ::geteuid()),
                    seccomp == 0 ? "off" : "on", new_privileges == 1 ? "impossible" : "possible"));
}

}  // namespace salus::app
