#include "identity/known_device.h"

#include <algorithm>

#include "foundation/sign_in_limits.h"
#include "identity/holdings.h"
#include "identity/json_members.h"

namespace salus::identity {

bool KnownDevice::knows(UserId const& user) const {
    return std::ranges::find(users, user.text()) != users.end();
}

void KnownDevice::add(UserId const& user) {
    remove_id(users, user.text());
    users.push_back(user.text());
    if (users.size() > limits::kUsersOfDevice) users.erase(users.begin());
}

std::string KnownDevice::to_json() const {
    std::string out;
    json::Writer writer(out);
    writer.begin_object();
    write_bytes(writer, "secret", secret);
    write_texts(writer, "users", users);
    writer.end_object();
    return out;
}

Result<KnownDevice> KnownDevice::from_json(json::Value root) {
    KnownDevice device;
    SALUS_TRY(device.secret, digest_in(root, "secret"));
    SALUS_TRY(device.users, texts_in(root, "users"));
    return device;
}

}  // namespace salus::identity
