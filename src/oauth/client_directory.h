// Registered clients with their keys, ready to verify. Checking that a public key is one costs as
// much as a signature, so a client's keys are checked once for each version of its registration and
// thread, not for each request. Which version stands in the store is asked each time: a client that
// was changed or removed is so at once. A client's document neither expires nor is erased, so that
// a version of it names one registration. Belongs to one thread, as the records do.
#pragma once

#include <memory>
#include <unordered_map>

#include "json/document.h"
#include "oauth/client.h"
#include "records/records.h"

namespace salus::oauth {

using ClientPointer = std::shared_ptr<Client const>;

class ClientDirectory {
public:
    // Borrows both.
    ClientDirectory(records::Records& records, json::Parser& parser)
        : records_(records), parser_(parser) {}

    // Nothing if there is no such client or it was removed.
    [[nodiscard]] Result<ClientPointer> find(std::string_view id);

private:
    struct Known {
        std::uint64_t version = 0;  // of the document that it was read from
        ClientPointer client;
    };

    records::Records& records_;
    json::Parser& parser_;
    std::unordered_map<std::string, Known> known_;
};

}  // namespace salus::oauth
