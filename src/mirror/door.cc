#include "mirror/door.h"

namespace salus::mirror {

Result<void> Door::admit(std::optional<crypto::Sha256Digest> const& client,
                         std::string_view origin) {
    if (client && logs_.allows(*client, origin)) return {};
    if (!logs_.knows(origin)) return fail(Errc::not_found, "the log is not known here");
    bool is_new = false;
    {
        MutexLock const lock(mutex_);
        is_new = told_.emplace(client.value_or(crypto::Sha256Digest{}), origin).second;
    }
    if (is_new) {
        alarms_.raise({.kind = AlarmKind::trespass,
                       .origin = LogOrigin(std::string(origin)),
                       .why = "the client of another log sent this one"});
    }
    return fail(Errc::forbidden, "the log is another client's");
}

}  // namespace salus::mirror
