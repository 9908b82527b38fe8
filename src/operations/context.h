// What every FHIR operation works with: one tenant's records on one thread.
#pragma once

#include "crypto/random.h"
#include "foundation/clock.h"
#include "json/document.h"
#include "records/records.h"
#include "request/exchange.h"
#include "request/permit.h"
#include "request/prepared.h"

namespace salus::operations {

struct Context {
    request::Tenant const& tenant;
    records::Records& records;
    json::Parser& parser;
    crypto::Random& random;
    Clock const& clock;
};

}  // namespace salus::operations
