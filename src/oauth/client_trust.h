// What the proof of a client rests on beside its registration. One for each desk; belongs to its
// thread.
#pragma once

#include "oauth/remote_keys.h"

namespace salus::oauth {

struct ClientTrust {
    KeyWish keys;  // that clients registered the address of
};

}  // namespace salus::oauth
