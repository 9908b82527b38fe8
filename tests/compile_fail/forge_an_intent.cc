// What is asked is read off the request by the classifier and nowhere else.
// EXPECT: calling a private constructor of class 'salus::request::Intent'
// EXPECT: Intent::Intent\(.*is private
#include "request/intent.h"

std::size_t entries(salus::request::IntentFacts facts) {
#ifdef FORBIDDEN
    return salus::request::Intent(std::move(facts)).entries().size();
#else
    return facts.type.size();
#endif
}
