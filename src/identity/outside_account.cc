#include "identity/outside_account.h"

#include <algorithm>

#include "crypto/hash.h"
#include "identity/json_members.h"

namespace salus::identity {
namespace {

constexpr std::size_t kSubjectLargest = 255;

}  // namespace

bool is_subject(std::string_view text) noexcept {
    return !text.empty() && text.size() <= kSubjectLargest &&
           std::ranges::all_of(text, [](char c) { return c > ' ' && c < 0x7f; });
}

std::string OutsideAccountOwner::to_json() const {
    std::string out;
    json::Writer writer(out);
    writer.begin_object().key("user").string(user.text()).end_object();
    return out;
}

Result<OutsideAccountOwner> OutsideAccountOwner::from_json(json::Value root) {
    SALUS_TRY(auto const id, text_in(root, "user"));
    return OutsideAccountOwner{UserId(id)};
}

// No issuer holds the zero byte that ends it: two accounts have two ids.
std::string outside_account_id(OutsideAccount const& account) {
    static constexpr std::string_view kEnd("\0", 1);
    return to_base64url(
        crypto::sha256({bytes_of(account.issuer), bytes_of(kEnd), bytes_of(account.subject)}));
}

}  // namespace salus::identity
