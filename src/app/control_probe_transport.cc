// Probes of TLS and of what answers plain HTTP: TRN-1, TRN-4, TRN-5.
#include <array>
#include <fmt/format.h>
#include <sys/socket.h>

#include "app/control_prober.h"
#include "app/pem_bytes.h"
#include "crypto/certificate.h"
#include "crypto/tls_probe.h"
#include "foundation/clock.h"
#include "foundation/file.h"

namespace salus::app {
namespace {

using crypto::TlsOffer;

constexpr auto kPatience = std::chrono::milliseconds(3000);

struct Handshake {
    TlsOffer offer;
    std::string_view name;
    bool wanted;
};
constexpr auto kHandshakes = std::to_array<Handshake>({
    {TlsOffer::tls_1_3, "TLS 1.3", true},
    {TlsOffer::tls_1_2, "TLS 1.2", true},
    {TlsOffer::tls_1_2_weak_suites, "TLS 1.2 without AEAD or ECDHE", false},
    {TlsOffer::tls_1_1, "TLS 1.1", false},
    {TlsOffer::tls_1_0, "TLS 1.0", false},
});

// Whether a request without TLS is answered as HTTP. Alerts and silence are no answer.
bool answers_plain_http(ProbeTarget const& target) {
    auto const socket = crypto::connect_blocking(target.host, target.port, kPatience);
    if (!socket) return false;
    static constexpr std::string_view kRequest =
        "GET /fhir/metadata HTTP/1.1\r\nHost: probe\r\n\r\n";
    if (::send(socket->get(), kRequest.data(), kRequest.size(), MSG_NOSIGNAL) < 0) return false;
    std::array<char, 64> answer{};
    auto const count = ::recv(socket->get(), answer.data(), answer.size(), 0);
    return count > 0 &&
           std::string_view(answer.data(), static_cast<std::size_t>(count)).contains("HTTP");
}

void probe_protocols(ProbeTarget const& target, std::vector<ProbeResult>& results) {
    ProbeResult result{.control = "TRN-1", .passed = true, .text = {}};
    for (auto const& handshake : kHandshakes) {
        auto const answer = crypto::probe_tls(target.host, target.port, handshake.offer, kPatience);
        if (!result.text.empty()) result.text.append("; ");
        result.text.append(handshake.name);
        if (!answer) {
            // What could not be offered proves nothing, and what nobody answers is not up.
            bool const not_offered = answer.error().code == Errc::not_supported;
            result.text.append(not_offered ? " could not be offered" : " unanswered");
            result.passed = result.passed && not_offered && !handshake.wanted;
            continue;
        }
        result.text.append(answer->accepted ? " accepted" : " refused");
        if (answer->accepted) result.text.append(" (" + answer->cipher + ")");
        result.passed = result.passed && answer->accepted == handshake.wanted;
    }
    bool const plain = answers_plain_http(target);
    result.text.append(plain ? "; plain HTTP ANSWERED" : "; plain HTTP unanswered");
    result.passed = result.passed && !plain;
    results.push_back(std::move(result));
}

// The digest of the first certificate of a PEM text, as TLS sends it.
std::optional<crypto::Sha256Digest> digest_of(std::string_view pem) {
    constexpr std::string_view kBegin = "-----BEGIN CERTIFICATE-----";
    auto const begin = pem.find(kBegin);
    auto const end = pem.find("-----END CERTIFICATE-----");
    if (begin == std::string_view::npos || end == std::string_view::npos || end < begin) {
        return std::nullopt;
    }
    std::string text(pem.substr(begin + kBegin.size(), end - begin - kBegin.size()));
    std::erase_if(text, [](char c) { return c == '\n' || c == '\r' || c == ' '; });
    auto const der = from_base64(text);
    if (!der) return std::nullopt;
    return crypto::sha256(*der);
}

void probe_certificate(ProbeTarget const& target, std::vector<ProbeResult>& results) {
    auto const file = read_file(target.certificate, kPemBytes);
    auto const expected = file ? digest_of(text_of(*file)) : std::nullopt;
    auto const answer = crypto::probe_tls(target.host, target.port, TlsOffer::tls_1_3, kPatience);
    bool const same = expected && answer && answer->accepted && answer->certificate == *expected;
    results.push_back({.control = "TRN-5",
                       .passed = same,
                       .text = same ? "the listener serves the certificate of the file"
                                    : "the listener does NOT serve the certificate of the file: "
                                      "send SIGHUP"});
}

// A listener whose certificate another authority issued must not get a request.
void probe_authority(ProbeTarget const& target, std::vector<ProbeResult>& results) {
    auto const stranger =
        crypto::make_certificate_authority("probe", SystemClock().now(), std::chrono::days(1));
    if (!stranger) return;
    http::ClientOptions options;
    options.host = target.host;
    options.port = target.port;
    options.authorities_pem = stranger->certificate_pem;
    options.timeout = kPatience;
    bool const listens = crypto::connect_blocking(target.host, target.port, kPatience).has_value();
    bool const trusted = http::Client::connect(std::move(options)).has_value();
    results.push_back({.control = "TRN-4",
                       .passed = listens && !trusted,
                       .text = fmt::format("a client that trusts another authority {} this one",
                                           trusted ? "ACCEPTED" : "refused")});
}

}  // namespace

void probe_transport(ProbeTarget const& target, std::vector<ProbeResult>& results) {
    probe_protocols(target, results);
    probe_certificate(target, results);
    probe_authority(target, results);
}

}  // namespace salus::app
