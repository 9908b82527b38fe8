#include "sign_in/guess.h"

#include <algorithm>
#include <arpa/inet.h>
#include <array>

#include "foundation/factor_limits.h"
#include "identity/known_device.h"

namespace salus::sign_in {
namespace {

// Begins the name of a network's count.
constexpr std::string_view kNetwork = "address/";

Result<bool> is_known_device(identity::Documents& documents, Visit const& visit,
                             std::optional<StoredUser> const& user) {
    if (!visit.device() || !user) return false;
    SALUS_TRY(auto const device, documents.read<identity::KnownDevice>(visit.device()->id));
    return device && identity::matches(*visit.device(), device->value.secret) &&
           device->value.knows(user->value.id);
}

}  // namespace

std::string network_of(std::string const& address) {
    std::array<std::uint8_t, 16> bytes{};
    if (inet_pton(AF_INET6, address.c_str(), bytes.data()) != 1) return address;
    auto const all = BytesView(bytes);
    static constexpr std::array<std::uint8_t, 12> kMapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
    // An IPv4 address in IPv6 clothes (RFC 4291 section 2.5.5.2).
    if (std::ranges::equal(all.first(12), kMapped)) return to_hex(all.last(4));
    return to_hex(all.first(8));
}

Result<Guess> Guess::begin(Desk const& desk, Visit const& visit, std::string_view typed_name,
                           std::optional<StoredUser> const& user) {
    Guess guess(desk.documents());
    auto const name = identity::user_name_of(typed_name).value_or("");
    SALUS_TRY(bool const known, is_known_device(guess.documents_, visit, user));
    if (known) {
        SALUS_TRY_VOID(guess.add("device/" + name + "/" + visit.device()->id));
        return guess;
    }
    SALUS_TRY_VOID(guess.add("user/" + name));
    auto const& peer = visit.exchange().request.peer;
    SALUS_TRY_VOID(guess.add(std::string(kNetwork) + network_of(peer.address)));
    return guess;
}

Result<void> Guess::add(std::string id) {
    SALUS_TRY(auto count, documents_.read<identity::StoredThrottle>(id));
    counts_.push_back(
        std::move(count).value_or(Count{.value = {}, .id = std::move(id), .version = 0}));
    return {};
}

std::chrono::seconds Guess::retry_after() const {
    std::chrono::seconds longest(0);
    for (auto const& count : counts_) {
        auto const wait = count.value.throttle.retry_after(documents_.now());
        longest = std::max(longest, std::chrono::ceil<std::chrono::seconds>(wait));
    }
    return longest;
}

Result<void> Guess::write(request::Prepared& prepared) {
    auto const forgotten = documents_.now() + limits::kGuessesForgotten;
    for (auto const& count : counts_) {
        SALUS_TRY_VOID(documents_.write(count, forgotten, prepared));
    }
    return {};
}

Result<void> Guess::wrong(request::Prepared& prepared) {
    for (auto& count : counts_) count->throttle.failed(documents_.now());
    return write(prepared);
}

Result<void> Guess::half_right(request::Prepared& prepared) {
    return write(prepared);
}

Result<void> Guess::right(request::Prepared& prepared) {
    for (auto& count : counts_) {
        // Whoever has an account of their own would else clear the way for guesses at others'.
        if (count.id.starts_with(kNetwork)) {
            count->throttle.forgive_one();
        } else {
            count->throttle.succeeded();
        }
    }
    return write(prepared);
}

}  // namespace salus::sign_in
