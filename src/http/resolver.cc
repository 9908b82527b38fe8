#include "http/resolver.h"

#include <array>
#include <memory>
#include <netdb.h>
#include <sys/socket.h>

namespace salus::http {
namespace {

struct AddressesDeleter {
    void operator()(addrinfo* addresses) const noexcept { ::freeaddrinfo(addresses); }
};

}  // namespace

Result<std::vector<std::string>> SystemResolver::addresses_of(std::string const& host) const {
    constexpr Literal kUnknown = "the server's name is not known";
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* found = nullptr;
    if (::getaddrinfo(host.c_str(), nullptr, &hints, &found) != 0)
        return fail(Errc::unavailable, kUnknown);
    std::unique_ptr<addrinfo, AddressesDeleter> const addresses(found);
    std::vector<std::string> texts;
    for (auto const* each = found; each != nullptr; each = each->ai_next) {
        std::array<char, NI_MAXHOST> text{};
        if (::getnameinfo(each->ai_addr, each->ai_addrlen, text.data(), text.size(), nullptr, 0,
                          NI_NUMERICHOST) == 0)
            texts.emplace_back(text.data());
    }
    if (texts.empty()) return fail(Errc::unavailable, kUnknown);
    return texts;
}

}  // namespace salus::http
