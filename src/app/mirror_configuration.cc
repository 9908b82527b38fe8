#include "app/mirror_configuration.h"

#include <fmt/format.h>

#include "app/crypto_section.h"
#include "app/section.h"
#include "foundation/file.h"

namespace salus::app {
namespace {

constexpr std::size_t kFileBytes = std::size_t{64} * 1024;
constexpr std::int64_t kSilenceLeast = 2;  // seconds
constexpr std::int64_t kSilenceMost = 604'800;

// Braces that are not for fmt are doubled.
constexpr std::string_view kText = R"([mirror]
# Where to listen: "localhost", an address, or 0.0.0.0 for all.
address = "{address}"
port = {port}
# Of the listener, PEM. `salus mirror init` made them with an authority of their own, tls/ca.crt, which the
# servers are given; they may pin the key too.
certificate = "tls/server.crt"
certificate_key = "tls/server.key"
# Alarm when no checkpoint of a log was cosigned for so long. Servers ask every 10 seconds unless they are
# configured otherwise.
silence_seconds = 120
# A program that is started for each alarm, with its first arguments; two follow: what it is (silence, gap,
# fork, rollback, damage, over) and the log's origin. Empty: none.
command = []
# Where a FIPS provider of OpenSSL is required, a section [crypto] as in salus.toml; the key is then of P-256
# (`salus mirror init --algorithm p256`), and so are those of the logs.
)";

}  // namespace

std::filesystem::path mirror_configuration_file(std::filesystem::path const& directory) {
    return directory / "mirror.toml";
}

std::string default_mirror_configuration(std::string const& address, std::uint16_t port) {
    return fmt::format(kText, fmt::arg("address", address), fmt::arg("port", port));
}

std::optional<MirrorConfiguration> read_mirror_configuration(std::filesystem::path const& directory,
                                                             std::string& why) {
    auto const bytes = read_file(mirror_configuration_file(directory), kFileBytes);
    if (!bytes) {
        why = "mirror.toml cannot be read";
        return std::nullopt;
    }
    auto const parsed = toml::parse(text_of(*bytes));
    if (!parsed) {
        why = "mirror.toml is not valid TOML";
        return std::nullopt;
    }
    Section top(&parsed.table(), "", why);
    Section section(top.section("mirror"), "mirror", why);
    MirrorConfiguration configuration;
    auto& server = configuration.server;
    server.address = section.text("address");
    server.port = static_cast<std::uint16_t>(section.number("port", 0, 65'535));
    server.certificate = directory / section.text("certificate");
    server.certificate_key = directory / section.text("certificate_key");
    configuration.silence =
        std::chrono::seconds(section.number("silence_seconds", kSilenceLeast, kSilenceMost));
    configuration.command = section.texts_in_order("command");
    section.finish();
    if (top.has("crypto")) read_crypto(top.section("crypto"), configuration.crypto, why);
    top.finish();
    return why.empty() ? std::optional(std::move(configuration)) : std::nullopt;
}

}  // namespace salus::app
