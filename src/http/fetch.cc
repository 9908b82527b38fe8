#include "http/fetch.h"

#include <algorithm>

#include "http/client.h"
#include "http/grammar.h"

namespace salus::http {
namespace {

constexpr std::string_view kScheme = "https://";
constexpr std::uint16_t kPort = 443;
constexpr std::size_t kPortDigits = 5;

struct Location {
    std::string host;  // a name, or an address without brackets
    std::uint16_t port = kPort;
    std::string target;
};

std::optional<std::uint16_t> port_of(std::string_view text) {
    auto const number = content_length(text);
    if (!number || text.size() > kPortDigits || *number == 0 || *number > 65'535)
        return std::nullopt;
    return static_cast<std::uint16_t>(*number);
}

bool is_host_name(std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '-' || c == '.';
    });
}

std::optional<Location> parse_url(std::string_view url) {
    if (!url.starts_with(kScheme)) return std::nullopt;
    url.remove_prefix(kScheme.size());
    auto const end = std::min(url.find_first_of("/?#"), url.size());
    auto authority = url.substr(0, end);
    Location location;
    location.target = url.substr(end);
    if (!location.target.starts_with('/')) location.target.insert(0, "/");
    if (location.target.find('#') != std::string::npos || !is_origin_form(location.target))
        return std::nullopt;
    auto const bracket = authority.find(']');
    auto const colon = authority.find(':', bracket == std::string_view::npos ? 0 : bracket);
    if (colon != std::string_view::npos) {
        auto const port = port_of(authority.substr(colon + 1));
        if (!port) return std::nullopt;
        location.port = *port;
        authority = authority.substr(0, colon);
    }
    bool const bracketed = authority.starts_with('[') && authority.ends_with(']');
    location.host = bracketed ? authority.substr(1, authority.size() - 2) : authority;
    bool const good =
        bracketed ? IpAddress::parse(location.host).has_value() : is_host_name(location.host);
    return good ? std::optional(std::move(location)) : std::nullopt;
}

// Directives compare without case; the first that says something counts.
std::optional<std::chrono::seconds> max_age_in(Headers const& headers) {
    constexpr std::string_view kMaxAge = "max-age=";
    for (auto const& [name, value] : headers) {
        if (!equal_without_case(name, "Cache-Control")) continue;
        auto const lower = lower_case(value);
        if (list_holds(lower, "no-store") || list_holds(lower, "no-cache"))
            return std::chrono::seconds(0);
        auto const at = lower.find(kMaxAge);
        if (at == std::string::npos || (at > 0 && lower[at - 1] != ' ' && lower[at - 1] != ','))
            continue;
        auto const digits = std::string_view(lower).substr(at + kMaxAge.size());
        auto const age = content_length(digits.substr(0, digits.find_first_of(", \t")));
        // RFC 9111 section 1.2.2: what is larger than one can count is very long.
        constexpr std::size_t kLongest = 1U << 30U;
        if (age) return std::chrono::seconds(std::min(*age, kLongest));
    }
    return std::nullopt;
}

// The addresses that the connection may go to.
Result<std::vector<std::string>> callable_addresses(std::string const& host,
                                                    FetchRules const& rules,
                                                    Resolver const& resolver) {
    SALUS_TRY(auto addresses, resolver.addresses_of(host));
    std::erase_if(addresses, [&](std::string const& text) {
        auto const address = IpAddress::parse(text);
        return !address || !may_be_called(*address, rules.networks);
    });
    if (addresses.empty()) return fail(Errc::forbidden, "the host is not of the Internet");
    return addresses;
}

Result<Client> connect_to_one(std::vector<std::string> const& addresses, ClientOptions options) {
    Error last{Errc::unavailable, "the server cannot be reached", {}};
    for (auto const& address : addresses) {
        options.address = address;
        auto client = Client::connect(options);
        // The time is that of all of them.
        if (client || client.error().code == Errc::timeout) return client;
        last = client.error();
    }
    return fail(last);
}

struct Called {
    Client client;
    std::string target;
};

// A connection to whom the address names, for the time that the rules give.
Result<Called> call(std::string const& url, FetchRules const& rules, Resolver const& resolver) {
    auto const until = std::chrono::steady_clock::now() + rules.time;
    auto location = parse_url(url);
    if (!location) return fail(Errc::invalid, "not an https address");
    SALUS_TRY(auto const addresses, callable_addresses(location->host, rules, resolver));
    ClientOptions options{.host = location->host,
                          .port = location->port,
                          .authorities_pem = rules.authorities_pem,
                          .server_key = std::nullopt,
                          .response_bytes = rules.bytes};
    options.until = until;
    SALUS_TRY(auto client, connect_to_one(addresses, std::move(options)));
    return Called{.client = std::move(client), .target = std::move(location->target)};
}

Fetched fetched(PublicDocument document) {
    return {.body = std::move(document.body), .max_age = max_age_in(document.headers)};
}

}  // namespace

bool is_https_url(std::string_view url) {
    return parse_url(url).has_value();
}

Result<Fetched> fetch(std::string const& url, FetchRules const& rules, Resolver const& resolver) {
    SALUS_TRY(auto called, call(url, rules, resolver));
    SALUS_TRY(auto document, called.client.get_public(called.target));
    if (document.status != 200)
        return fail(Errc::unavailable, "the server did not answer with the document");
    return fetched(std::move(document));
}

Result<Fetched> post_form(std::string const& url, std::string_view form, FetchRules const& rules,
                          Resolver const& resolver) {
    SALUS_TRY(auto called, call(url, rules, resolver));
    SALUS_TRY(auto document, called.client.post_form(called.target, form));
    if (document.status != 200 && document.status != 204)
        return fail(Errc::unavailable, "the server did not take the form");
    return fetched(std::move(document));
}

}  // namespace salus::http
