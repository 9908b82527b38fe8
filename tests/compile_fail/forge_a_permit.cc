// Only a decision of authorization makes a Permit (AZ-1, invariant 3).
// EXPECT: calling a private constructor of class 'salus::request::Permit'
// EXPECT: Permit::Permit\(.*is private
#include "request/permit.h"

using salus::request::Permit;

std::size_t rules(salus::request::CallerPointer caller, salus::request::Intent intent) {
#ifdef FORBIDDEN
    return Permit(std::move(caller), std::move(intent)).rules().size();
#else
    return caller->facts().scopes.size() + intent.entries().size();
#endif
}
