#include "operations/own_address.h"

#include <algorithm>

namespace salus::operations {
namespace {

constexpr std::string_view kScheme = "https://";
constexpr std::string_view kPort = ":443";

char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool is_alike(std::string_view one, std::string_view other) {
    return std::ranges::equal(one, other, {}, lower, lower);
}

struct Address {
    std::string_view host;  // and port, if it is not the default one
    std::string_view path;  // from its slash on
};

// Of no other scheme: the server has none.
Address parts_of(std::string_view url) {
    if (!is_alike(url.substr(0, kScheme.size()), kScheme)) return {};
    url.remove_prefix(kScheme.size());
    auto const slash = std::min(url.find('/'), url.size());
    Address address{.host = url.substr(0, slash), .path = url.substr(slash)};
    if (address.host.ends_with(kPort)) address.host.remove_suffix(kPort.size());
    return address;
}

}  // namespace

std::string_view local_part(std::string_view reference, std::string_view base) noexcept {
    auto const ours = parts_of(base);
    auto const theirs = parts_of(reference);
    bool const below = !theirs.host.empty() && is_alike(theirs.host, ours.host) &&
                       theirs.path.starts_with(ours.path) &&
                       theirs.path.substr(ours.path.size()).starts_with('/');
    return below ? theirs.path.substr(ours.path.size() + 1) : reference;
}

}  // namespace salus::operations
